internal import NIOCore
internal import SluiceLog
internal import SluiceTopics
internal import Testing

extension EventLogContract {
    static let appending = [
        Clause("An empty log has head and floor 0 and nothing to read") { makeLog in
            let log = try await makeLog(LogConditions()).log
            #expect(log.head == 0)
            #expect(log.floor == 0)
            let page = try await log.read(["**", "a"], .after(0))
            #expect(page.events.isEmpty)
            #expect(page.gaps.isEmpty)
            #expect(page.isAtHead)
        },

        Clause("Positions start above 0 and only increase, across topics") { makeLog in
            let log = try await makeLog(LogConditions()).log
            var last: Position = 0
            for index in 0..<20 {
                let receipt = try await log.publish(("topic/\(index % 3)", "\(index)"))
                #expect(receipt.positions.count == 1)
                #expect(receipt.isRepeat == false)
                let position = try #require(receipt.positions.first)
                #expect(position > last)
                #expect(log.head >= position)
                last = position
            }
        },

        Clause("A receipt has one position for each publication of a batch, in their order") { makeLog in
            let log = try await makeLog(LogConditions()).log
            let receipt = try await log.publish(("a", "1"), ("b", "2"), ("a", "3"))
            let events = try await log.read(["**"], .earliest).events
            #expect(events.map(\.text) == ["1", "2", "3"])
            #expect(events.map(\.position) == receipt.positions)
        },

        Clause("An event keeps everything that was published") { makeLog in
            let log = try await makeLog(LogConditions()).log
            let topic = try Topic("caf\u{e9}/\u{1F600}")
            let payloads = [
                Payload(text: "text"), Payload(text: ""), Payload(text: "{}", contentType: "application/json"),
                Payload(data: ByteBuffer(bytes: [0, 0xFF, 0xC0]), encoding: .binary, contentType: "image/png"),
                Payload(data: ByteBuffer(repeating: 7, count: 100_000), encoding: .binary),
            ]
            let publications = payloads.enumerated().map { index, payload in
                Publication(
                    topic: topic, type: index == 1 ? nil : "type \(index)", payload: payload,
                    endsTopic: index == payloads.count - 1)
            }
            _ = try await log.append(publications).get()
            let events = try await log.read([topic.name], .earliest).events
            #expect(events.map(\.payload) == payloads)
            #expect(events.map(\.type) == publications.map(\.type))
            #expect(events.allSatisfy { $0.topic == topic })
            #expect(events.map(\.isEnd) == publications.map(\.endsTopic))
        },

        Clause("A payload that is a slice of a larger buffer is stored as just that slice") { makeLog in
            let log = try await makeLog(LogConditions()).log
            var buffer = ByteBuffer(repeating: UInt8(ascii: "-"), count: 65_536)
            buffer.setString("slice", at: 1000)
            let slice = try #require(buffer.getSlice(at: 1000, length: 5))
            let publication = Publication(topic: try Topic("a"), payload: Payload(data: slice, encoding: .text))
            _ = try await log.append([publication]).get()
            #expect(try await log.texts("a") == ["slice"])
        },

        Clause("An event's time is the log's when it was appended") { makeLog in
            let subject = try await makeLog(LogConditions())
            try await subject.log.publish(("a", "1"))
            subject.advance(by: .milliseconds(1500))
            try await subject.log.publish(("a", "2"))
            let times = try await subject.log.read(["a"], .earliest).events.map(\.time.milliseconds)
            try #require(times.count == 2)
            #expect(times[1] - times[0] == 1500)
        },

        Clause("An event that is too large is refused, and the rest of its batch with it") { makeLog in
            var conditions = LogConditions()
            conditions.maximumEventBytes = 10_000
            let log = try await makeLog(conditions).log
            let tooLarge = try Publication("a", String(repeating: "x", count: 20_000))
            let result = await log.append([try Publication("a", "small"), tooLarge, try Publication("b", "small")])
            guard case .failure(.tooLarge(let maximum)) = result else {
                Issue.record("\(result) is no refusal for its size")
                return
            }
            #expect(maximum < 20_000)
            #expect(log.head == 0)
            #expect(try await log.texts("**").isEmpty)
            try await log.publish(("a", String(repeating: "x", count: 5_000)))
            #expect(try await log.read(["a"], .earliest).events.count == 1)
        },

        Clause("The statistics count what is there") { makeLog in
            var conditions = LogConditions()
            conditions.retainedEvents = 2
            let log = try await makeLog(conditions).log
            for index in 0..<5 { try await log.publish(("a", "\(index)"), ("b/\(index)", "")) }
            let statistics = log.statistics
            #expect(statistics.topics == 6)
            #expect(statistics.events == 7)
            #expect(statistics.evictedEvents == 3)
            #expect(statistics.bytes > 0)
        },
    ]
}
