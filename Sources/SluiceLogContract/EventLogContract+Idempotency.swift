internal import SluiceLog
internal import SluiceTopics
internal import Testing

extension EventLogContract {
    private static func key(_ key: String, scope: String = "s", print: UInt8 = 1) -> IdempotencyKey {
        IdempotencyKey(scope: scope, key: key, fingerprint: [print])
    }

    static let idempotency = [
        Clause("The same publish under the same key stores nothing and gets the first receipt") { makeLog in
            let log = try await makeLog(LogConditions()).log
            let first = try await log.publish(("a", "1"), ("b", "2"), key: key("k"))
            try await log.publish(("a", "3"))
            let second = try await log.publish(("a", "1"), ("b", "2"), key: key("k"))
            #expect(first.isRepeat == false)
            #expect(second == Receipt(positions: first.positions, isRepeat: true))
            #expect(try await log.texts("**") == ["1", "2", "3"])
        },

        Clause("A different publish under the same key is refused") { makeLog in
            let log = try await makeLog(LogConditions()).log
            try await log.publish(("a", "1"), key: key("k"))
            #expect(await log.append([try Publication("a", "2")], key: key("k", print: 2)) == .failure(.keyReused))
            #expect(try await log.texts("a") == ["1"])
            #expect(try await log.publish(("a", "1"), key: key("k")).isRepeat)
        },

        Clause("Keys of different scopes never meet") { makeLog in
            let log = try await makeLog(LogConditions()).log
            try await log.publish(("a", "1"), key: key("k", scope: "one"))
            try await log.publish(("a", "2"), key: key("k", scope: "two", print: 2))
            try await log.publish(("a", "3"), key: key("ek", scope: "on", print: 3))
            #expect(try await log.texts("a") == ["1", "2", "3"])
        },

        Clause("Keys are told apart by their bytes") { makeLog in
            let log = try await makeLog(LogConditions()).log
            // To Unicode, these are one.
            for name in ["caf\u{E9}", "cafe\u{301}"] {
                #expect(try await log.publish(("a", name), key: key(name)).isRepeat == false)
                #expect(try await log.publish(("a", name), key: key("k", scope: name)).isRepeat == false)
            }
        },

        Clause("A key is remembered within its window and free again behind it") { makeLog in
            var conditions = LogConditions()
            conditions.idempotencyWindow = .seconds(60)
            let subject = try await makeLog(conditions)
            let log = subject.log
            try await log.publish(("a", "1"), key: key("k"))
            subject.advance(by: .seconds(59))
            await log.maintain()
            #expect(try await log.publish(("a", "1"), key: key("k")).isRepeat)
            subject.advance(by: .seconds(2))
            #expect(try await log.publish(("a", "2"), key: key("k", print: 2)).isRepeat == false)
            await log.maintain()
            #expect(try await log.publish(("a", "2"), key: key("k", print: 2)).isRepeat)
            #expect(try await log.texts("a") == ["1", "2"])
        },

        Clause("An append that failed does not use up its key") { makeLog in
            let log = try await makeLog(LogConditions()).log
            _ = try await log.append([try Publication("ended", "1", ends: true)]).get()
            #expect(await log.append([try Publication("ended", "2")], key: key("k")) == .ended("ended"))
            #expect(try await log.publish(("a", "3"), key: key("k", print: 2)).isRepeat == false)
        },

        Clause("A repeated publish of a topic's last event is a repeat, not one to an ended topic") { makeLog in
            let log = try await makeLog(LogConditions()).log
            let end = try Publication("a", "1", ends: true)
            let first = try await log.append([end], key: key("k")).get()
            #expect(
                await log.append([end], key: key("k")) == .success(Receipt(positions: first.positions, isRepeat: true)))
        },

        Clause("A repeat is one although its events are gone") { makeLog in
            var conditions = LogConditions()
            conditions.retainedEvents = 1
            let log = try await makeLog(conditions).log
            let first = try await log.publish(("a", "1"), key: key("k"))
            try await log.publish(("a", "2"))
            #expect(try await log.publish(("a", "1"), key: key("k")).positions == first.positions)
            #expect(try await log.texts("a") == ["2"])
        },

        Clause("Of many appends at once under one key, one stores its event and all get its receipt") { makeLog in
            let log = try await makeLog(LogConditions()).log
            let receipts = try await withThrowingTaskGroup(of: Receipt.self) { group in
                for _ in 0..<32 { group.addTask { try await log.publish(("a", "1"), key: key("k")) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(receipts.count { !$0.isRepeat } == 1)
            #expect(Set(receipts.map(\.positions)).count == 1)
            #expect(try await log.texts("a") == ["1"])
        },
    ]
}
