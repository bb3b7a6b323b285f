internal import SluiceLog
internal import SluiceTopics
internal import Testing

extension EventLogContract {
    static let endedTopics = [
        Clause("A topic that ended takes no more events") { makeLog in
            let log = try await makeLog(LogConditions()).log
            _ = try await log.append([try Publication("a", "1"), try Publication("a", "2", ends: true)]).get()
            #expect(await log.append([try Publication("a", "3")]) == .ended("a"))
            #expect(await log.append([try Publication("a", "3", ends: true)]) == .ended("a"))
            try await log.publish(("b", "4"))
            #expect(try await log.texts("**") == ["1", "2", "4"])
        },

        Clause("A batch with anything for an ended topic is refused as a whole") { makeLog in
            let log = try await makeLog(LogConditions()).log
            _ = try await log.append([try Publication("a", "1", ends: true)]).get()
            let head = log.head
            #expect(await log.append([try Publication("b", "2"), try Publication("a", "3")]) == .ended("a"))
            #expect(log.head == head)
            #expect(try await log.texts("**") == ["1"])
        },

        Clause("A batch with anything behind a topic's last event is refused as a whole") { makeLog in
            let log = try await makeLog(LogConditions()).log
            let batch = [
                try Publication("a", "1", ends: true), try Publication("b", "2"), try Publication("a", "3"),
            ]
            #expect(await log.append(batch) == .ended("a"))
            #expect(log.head == 0)
            try await log.publish(("a", "4"))
            #expect(try await log.texts("a", "b") == ["4"])
        },

        Clause("A page names the topics selected by name whose end it has reached") { makeLog in
            let log = try await makeLog(LogConditions()).log
            let batch = [
                try Publication("a", "1"), try Publication("a", "2", ends: true), try Publication("b", "3"),
                try Publication("c", "4", ends: true),
            ]
            let positions = try await log.append(batch).get().positions
            let ended = [
                EndedTopic(topic: try Topic("a"), position: positions[1]),
                EndedTopic(topic: try Topic("c"), position: positions[3]),
            ]
            #expect(try await log.read(["a", "b", "c"], .earliest).ended == ended)
            #expect(try await log.read(["a", "b", "c"], .earliest, events: 1).ended == [])
            #expect(try await log.read(["a", "b", "c"], .earliest, events: 2).ended == [ended[0]])
            #expect(try await log.read(["a"], .after(positions[3])).ended == [ended[0]])
            #expect(try await log.read(["b"], .earliest).ended == [])
            #expect(try await log.readAll(["*"], .earliest).flatMap(\.ended) == [])
            #expect(try await log.readAll(["*", "a"], .earliest).last?.ended == [ended[0]])
        },

        Clause("A topic stays ended when its last event is gone") { makeLog in
            var conditions = LogConditions()
            conditions.maximumAge = .seconds(10)
            conditions.topicIdleTime = .seconds(1000)
            let subject = try await makeLog(conditions)
            let end = try await subject.log.append([try Publication("a", "1", ends: true)]).get().positions[0]
            subject.advance(by: .seconds(20))
            await subject.log.maintain()
            #expect(await subject.log.append([try Publication("a", "2")]) == .ended("a"))
            let page = try await subject.log.read(["a"], .earliest)
            #expect(page.events.isEmpty)
            #expect(page.ended == [EndedTopic(topic: try Topic("a"), position: end)])
        },
    ]
}
