internal import SluiceLog
internal import SluiceTopics
internal import Testing

extension EventLogContract {
    private static var keepingTwo: LogConditions {
        var conditions = LogConditions()
        conditions.retainedEvents = 2
        return conditions
    }

    static let gaps = [
        Clause("A loss behind the place is a gap for what selects the topic, and for nothing else") { makeLog in
            let log = try await makeLog(keepingTwo).log
            try await log.publish(("x/b", "whole"), ("a/b", "1"), ("a/b", "2"), ("a/b", "3"))
            let patterns = ["a/b", "a/*", "a/b/**", "**", "x/b", "x/*", "a/b/*", "c", "*/*/*"]
            let page = try await log.read(patterns, .after(0))
            #expect(page.gapTexts == ["a/b", "a/*", "a/b/**", "**"])
            #expect(page.texts == ["whole", "2", "3"])
        },

        Clause("A loss at or before the place is no gap") { makeLog in
            let log = try await makeLog(keepingTwo).log
            let positions = try await log.publish(("a", "1"), ("b", "x"), ("a", "2"), ("a", "3"), ("a", "4")).positions
            for patterns in [["a"], ["*"]] {
                #expect(try await log.read(patterns, .after(positions[1])).gapTexts == patterns)
                #expect(try await log.read(patterns, .after(positions[2])).gapTexts == [])
                #expect(try await log.read(patterns, .after(positions[2])).texts == ["3", "4"])
            }
        },

        Clause("From the earliest there is no gap for what was lost before, but for what is lost later") { makeLog in
            let log = try await makeLog(keepingTwo).log
            for index in 1...5 { try await log.publish(("a", "\(index)")) }
            for patterns in [["a"], ["*"]] {
                let page = try await log.read(patterns, .earliest, events: 1)
                #expect(page.gapTexts == [])
                #expect(page.texts.count == 1)
                try await log.publish(("a", "new"), ("a", "new"))
                #expect(try await log.read(patterns, page.next).gapTexts == patterns)
            }
        },

        Clause("With a place of another log, everything selected is a gap, and the oldest event is next") { makeLog in
            let log = try await makeLog(keepingTwo).log
            let selection = ["a", "b/*", "c"]
            let empty = try await log.read(selection, .foreign)
            #expect(empty.gapTexts == selection)
            #expect(try await log.read(selection, empty.next).gapTexts == [])
            for index in 1...3 { try await log.publish(("a", "\(index)")) }
            let page = try await log.read(selection, .foreign, events: 1)
            #expect(page.gapTexts == selection)
            #expect(page.texts == ["2"])
            let rest = try await log.read(selection, page.next)
            #expect(rest.gapTexts == [])
            #expect(rest.texts == ["3"])
        },

        Clause("A place beyond the head is one of another log") { makeLog in
            let log = try await makeLog(LogConditions()).log
            let last = try await log.publish(("a", "1")).positions[0]
            for patterns in [["a"], ["*"]] {
                let page = try await log.read(patterns, .after(last + 1))
                #expect(page.gapTexts == patterns)
                #expect(page.texts == ["1"])
                #expect(page.next.position == last)
            }
        },

        Clause("A loss is told once, and not again with the pages that follow") { makeLog in
            let log = try await makeLog(keepingTwo).log
            for index in 1...9 { try await log.publish((["a", "b", "c"][index % 3], "\(index)")) }
            for patterns in [["a", "b", "c"], ["*"], ["a", "**"]] {
                let pages = try await log.readAll(patterns, .after(0), events: 1)
                #expect(pages.first?.gapTexts == patterns)
                #expect(pages.dropFirst().allSatisfy { $0.gaps.isEmpty })
                #expect(pages.flatMap(\.events).count >= 2)
            }
        },

        Clause("A loss that happens while a reader is on its way is told with its next page") { makeLog in
            let log = try await makeLog(keepingTwo).log
            try await log.publish(("a", "1"), ("a", "2"), ("b", "1"))
            for (patterns, gaps) in [(["a", "b"], ["a"]), (["*"], ["*"]), (["b"], [])] {
                let page = try await log.read(patterns, .earliest, events: 1)
                try await log.publish(("a", "3"), ("a", "4"))
                let next = try await log.read(patterns, page.next)
                #expect(next.gapTexts == gaps)
                #expect(try await log.read(patterns, next.next).gapTexts == [])
            }
        },

        Clause("What is evicted for its age is a gap, and the rest is not") { makeLog in
            var conditions = LogConditions()
            conditions.maximumAge = .seconds(10)
            let subject = try await makeLog(conditions)
            let log = subject.log
            let old = try await log.publish(("a", "old"), ("b", "old")).positions
            subject.advance(by: .seconds(6))
            try await log.publish(("a", "young"))
            subject.advance(by: .seconds(6))
            await log.maintain()
            #expect(try await log.texts("**") == ["young"])
            #expect(try await log.read(["a", "b", "c", "*"], .after(0)).gapTexts == ["a", "b", "*"])
            #expect(try await log.read(["a", "b", "*"], .after(old[1])).gapTexts == [])
        },

        Clause("The losses of a topic that was forgotten are not") { makeLog in
            var conditions = LogConditions()
            conditions.maximumAge = .seconds(10)
            conditions.topicIdleTime = .seconds(10)
            let subject = try await makeLog(conditions)
            let log = subject.log
            let lost = try await log.publish(("a/b", "lost")).positions[0]
            for _ in 0..<5 {
                subject.advance(by: .seconds(20))
                await log.maintain()
            }
            #expect(try await log.read(["a/b", "a/*"], .after(lost - 1)).gapTexts == ["a/b", "a/*"])
            #expect(try await log.read(["a/b", "a/*"], .after(lost)).gapTexts == [])
            try await log.publish(("a/b", "again"))
            #expect(try await log.read(["a/b", "a/*"], .after(lost - 1)).gapTexts == ["a/b", "a/*"])
            let page = try await log.read(["a/b", "a/*"], .after(max(lost, log.floor)))
            #expect(page.gapTexts == [])
            #expect(page.texts == ["again"])
        },
    ]
}
