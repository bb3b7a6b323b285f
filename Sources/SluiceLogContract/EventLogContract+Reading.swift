internal import SluiceLog
internal import SluiceTopics
internal import Testing

extension EventLogContract {
    static let reading = [
        Clause("The events of all patterns come merged in log order, each once") { makeLog in
            let log = try await makeLog(LogConditions()).log
            for index in 0..<30 { try await log.publish((["a/1", "a/2", "b", "c/d/e"][index % 4], "\(index)")) }
            let some = (0..<30).filter { $0 % 4 != 2 }.map(String.init)
            for patterns in [["a/1", "a/2", "c/d/e"], ["a/*", "c/**"], ["a/*", "a/1", "a/1", "a/**", "c/d/e"]] {
                #expect(try await log.readAll(patterns, .earliest).flatMap(\.texts) == some, "\(patterns)")
            }
            #expect(try await log.texts("**") == (0..<30).map(String.init))
        },

        Clause("A read gives only what lies behind its place") { makeLog in
            let log = try await makeLog(LogConditions()).log
            let positions = try await log.publish(("a", "1"), ("b", "2"), ("a", "3"), ("a", "4")).positions
            #expect(try await log.read(["a"], .after(positions[0])).texts == ["3", "4"])
            #expect(try await log.read(["a"], .after(positions[1])).texts == ["3", "4"])
            #expect(try await log.read(["*"], .after(positions[1])).texts == ["3", "4"])
            #expect(try await log.read(["a"], .after(positions[3])).texts.isEmpty)
        },

        Clause("A page holds at most the events that were asked for") { makeLog in
            let log = try await makeLog(LogConditions()).log
            for index in 0..<10 { try await log.publish((index % 2 == 0 ? "a" : "b", "\(index)")) }
            for patterns in [["a", "b"], ["*"]] {
                for limit in 1...11 {
                    let pages = try await log.readAll(patterns, .earliest, events: limit)
                    #expect(pages.allSatisfy { $0.events.count <= limit })
                    #expect(pages.flatMap(\.texts) == (0..<10).map(String.init))
                }
            }
        },

        Clause("A page ends with the event that reaches the bytes that were asked for") { makeLog in
            let log = try await makeLog(LogConditions()).log
            let texts = ["aaaa", "bbbb", "", "cccccccccc", "d"]
            for text in texts { try await log.publish(("a", text)) }
            for patterns in [["a"], ["*"]] {
                for (limit, count) in [(1, 1), (4, 1), (5, 2), (8, 2), (9, 4), (19, 5)] {
                    // It may end sooner, since the work for a page is bounded too.
                    let page = try await log.read(patterns, .earliest, bytes: limit)
                    #expect(!page.events.isEmpty)
                    #expect(texts.prefix(count).starts(with: page.texts))
                }
                #expect(try await log.readAll(patterns, .earliest, bytes: 3).flatMap(\.texts) == texts)
            }
        },

        Clause("The next place moves to the head although nothing matched") { makeLog in
            let log = try await makeLog(LogConditions()).log
            for index in 0..<100 { try await log.publish(("a/\(index)", "")) }
            for patterns in [["b"], ["b/*"], ["b", "c/**"]] {
                let pages = try await log.readAll(patterns, .after(0))
                #expect(pages.allSatisfy { $0.events.isEmpty && $0.gaps.isEmpty })
                #expect(pages.last?.next.position == log.head)
                let moves = pages.map(\.next.position)
                #expect(zip(moves, moves.dropFirst()).allSatisfy { $0 < $1 })
            }
        },

        Clause("A limited page goes on behind its last event") { makeLog in
            let log = try await makeLog(LogConditions()).log
            let positions = try await log.publish(("a", "1"), ("b", "2"), ("a", "3"), ("c", "4")).positions
            for patterns in [["a"], ["a/**"]] {
                let page = try await log.read(patterns, .earliest, events: 1)
                #expect(page.texts == ["1"])
                #expect((positions[0]..<positions[2]).contains(page.next.position))
                #expect(page.head == positions[3])
                #expect(!page.isAtHead)
            }
        },

        Clause("A wildcard in the first segment does not select the names that begin with $") { makeLog in
            let log = try await makeLog(LogConditions()).log
            try await log.publish(("$sys/a", "reserved"), ("sys/a", "open"))
            #expect(try await log.texts("**") == ["open"])
            #expect(try await log.texts("*/a") == ["open"])
            #expect(try await log.texts("$sys/*") == ["reserved"])
            #expect(try await log.texts("$sys/a") == ["reserved"])
        },

        Clause("Topics are told apart byte for byte") { makeLog in
            let log = try await makeLog(LogConditions()).log
            try await log.publish(("caf\u{e9}", "composed"), ("cafe\u{301}", "decomposed"))
            #expect(try await log.texts("caf\u{e9}") == ["composed"])
            #expect(try await log.texts("cafe\u{301}") == ["decomposed"])
        },
    ]
}
