internal import SluiceLog
internal import SluiceTopics
internal import Testing

extension EventLogContract {
    static let sink = [
        Clause("The sink sees each event once and in order") { makeLog in
            let log = try await makeLog(LogConditions()).log
            let seen = Recorder<Event>()
            log.attach { seen.record($0) }
            try await log.publish(("a", "1"))
            try await log.publish(("b", "2"), ("a", "3"))
            try await log.publish(("c", "4"))
            #expect(await seen.elements(atLeast: 4).map(\.text) == ["1", "2", "3", "4"])
        },

        Clause("The sink never sees what was refused or repeated") { makeLog in
            let log = try await makeLog(LogConditions()).log
            let seen = Recorder<Event>()
            log.attach { seen.record($0) }
            let key = IdempotencyKey(scope: "s", key: "k", fingerprint: [1])
            _ = try await log.append([try Publication("a", "1", ends: true)], key: key).get()
            _ = try await log.append([try Publication("a", "1", ends: true)], key: key).get()
            #expect(await log.append([try Publication("b", "2"), try Publication("a", "3")]) == .ended("a"))
            try await log.publish(("b", "4"))
            #expect(await seen.elements(atLeast: 2).map(\.text) == ["1", "4"])
        },

        Clause("An event that the sink saw can be read, and the head is not before it") { makeLog in
            let log = try await makeLog(LogConditions()).log
            let found = Recorder<Bool>()
            log.attach { [unowned log] events in
                for event in events {
                    let request = ReadRequest(
                        selection: [Pattern(event.topic)], place: .after(event.position - 1), maximumEvents: 1,
                        maximumBytes: 1)
                    let isBehindHead = log.head < event.position
                    log.read(request) { result in
                        let first = try? result.get().events.first
                        found.record(first?.position == event.position && !isBehindHead)
                    }
                }
            }
            for index in 0..<50 { try await log.publish(("a/\(index % 7)", "\(index)")) }
            #expect(await found.elements(atLeast: 50).allSatisfy { $0 })
        },

        Clause("The sink may append, and sees that too, in order") { makeLog in
            let log = try await makeLog(LogConditions()).log
            let seen = Recorder<Event>()
            log.attach { [unowned log] events in
                for event in events {
                    seen.record(event)
                    guard event.topic.name == "request" else { continue }
                    let answer = Publication(topic: Topic(unchecked: "answer"), payload: event.payload)
                    log.append(AppendRequest([answer])) { _ in }
                }
            }
            for index in 0..<5 { try await log.publish(("request", "\(2 * index)"), ("request", "\(2 * index + 1)")) }
            let events = await seen.elements(atLeast: 20)
            #expect(events.map(\.position) == events.map(\.position).sorted())
            #expect(events.count == 20)
            #expect(events.filter { $0.topic.name == "answer" }.map(\.text) == (0..<10).map(String.init))
        },

        Clause("A completion may append and read") { makeLog in
            let log = try await makeLog(LogConditions()).log
            let seen = Recorder<Event>()
            let read = Recorder<[String]>()
            log.attach { seen.record($0) }
            let second = AppendRequest([try Publication("a", "2")])
            let all = ReadRequest(
                selection: [try Pattern("a")], place: .earliest, maximumEvents: 10, maximumBytes: 100)
            log.append(AppendRequest([try Publication("a", "1")])) { [unowned log] _ in
                log.append(second) { [unowned log] _ in
                    log.read(all) { read.record((try? $0.get().texts) ?? []) }
                }
            }
            #expect(await read.elements(atLeast: 1) == [["1", "2"]])
            #expect(await seen.elements(atLeast: 2).map(\.text) == ["1", "2"])
        },
    ]
}

extension Result where Success == Receipt, Failure == AppendError {
    static func ended(_ topic: String) -> Self { .failure(.topicEnded(Topic(unchecked: topic))) }
}
