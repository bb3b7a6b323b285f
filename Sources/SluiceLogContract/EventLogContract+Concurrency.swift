internal import SluiceLog
internal import SluiceTopics
internal import Synchronization
internal import Testing

extension EventLogContract {
    private static let writers = 4
    private static let batches = 300

    /// Appends from several threads at once, each in a loop that does not wait for completions: every writer's texts
    /// are `writer:0`, `writer:1` and so on, in batches of one to three.
    private static func write(to log: any EventLog) async -> [[Result<Receipt, AppendError>]] {
        let completions = (0..<writers).map { _ in Recorder<Result<Receipt, AppendError>>() }
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    var count = 0
                    for batch in 0..<batches {
                        let publications = (0...batch % 3).map { offset in
                            Publication(
                                topic: Topic(unchecked: "writer/\((writer + offset) % 3)"),
                                payload: Payload(text: "\(writer):\(count + offset)"))
                        }
                        count += publications.count
                        log.append(AppendRequest(publications)) { completions[writer].record($0) }
                    }
                }
            }
        }
        var results: [[Result<Receipt, AppendError>]] = []
        for recorder in completions { results.append(await recorder.elements(atLeast: batches)) }
        return results
    }

    /// Per writer, the numbers in the order in which its events lie in the log.
    private static func numbers(in events: [Event]) -> [[Int]] {
        var numbers = Array(repeating: [Int](), count: writers)
        for event in events {
            let parts = event.text.split(separator: ":").compactMap { Int($0) }
            if parts.count == 2 { numbers[parts[0]].append(parts[1]) }
        }
        return numbers
    }

    static let concurrency = [
        Clause("The appends of each thread keep their order, whatever others append") { makeLog in
            let log = try await makeLog(LogConditions()).log
            _ = await write(to: log)
            let events = try await log.readAll(["**"], .earliest).flatMap(\.events)
            for numbers in numbers(in: events) { #expect(numbers == Array(0..<batches * 2)) }
        },

        Clause("Each append completes once, and no other event lies between those of a batch") { makeLog in
            let log = try await makeLog(LogConditions()).log
            let results = await write(to: log)
            let order = try await log.readAll(["**"], .earliest).flatMap(\.events).map(\.position)
            let rank = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
            for result in results {
                #expect(result.count == batches)
                for receipt in result {
                    let ranks = try receipt.get().positions.compactMap { rank[$0] }
                    #expect(zip(ranks, ranks.dropFirst()).allSatisfy { $0 + 1 == $1 })
                }
            }
        },

        Clause("The sink sees every event once and in order, whichever threads append") { makeLog in
            let log = try await makeLog(LogConditions()).log
            let seen = Recorder<Position>()
            let calls = Mutex(0)
            log.attach { [unowned log] events in
                let others = calls.withLock { calls in
                    defer { calls += 1 }
                    return calls
                }
                #expect(others == 0, "the sink is called by one thread at a time")
                // It takes a while, so that the others come in between.
                for event in events {
                    #expect(event.position <= log.head)
                    seen.record(event.position)
                }
                calls.withLock { $0 -= 1 }
            }
            _ = await write(to: log)
            let last = try await log.publish(("last", "")).positions
            let positions = await seen.elements(atLeast: writers * batches * 2 + 1)
            #expect(positions == (try await log.readAll(["**"], .earliest).flatMap(\.events).map(\.position)))
            #expect(positions.suffix(1) == last[...])
        },

        Clause("A reader that pages while others append gets every event once and in order") { makeLog in
            let log = try await makeLog(LogConditions()).log
            async let written = write(to: log)
            var read: [Event] = []
            var place = ReadPlace.after(0)
            while read.count < writers * batches * 2 {
                let page = try await log.read(["writer/*"], place, events: 50)
                #expect(page.gaps.isEmpty)
                read += page.events
                place = page.next
                await Task.yield()
            }
            _ = await written
            #expect(zip(read, read.dropFirst()).allSatisfy { $0.position < $1.position })
            for numbers in numbers(in: read) { #expect(numbers == Array(0..<batches * 2)) }
        },

        Clause("A reader that pages while events are evicted is told of a gap or has them all") { makeLog in
            var conditions = LogConditions()
            conditions.retainedEvents = 20
            let log = try await makeLog(conditions).log
            let done = Recorder<Bool>()
            async let written: Void = {
                _ = await write(to: log)
                done.record(true)
            }()
            var read: [Event] = []
            var place = ReadPlace.after(0)
            var hasGap = false
            while true {
                let isLast = !done.elements.isEmpty
                let page = try await log.read(["writer/0", "writer/*"], place, events: 50)
                if !page.gaps.isEmpty { hasGap = true }
                read += page.events
                place = page.next
                if isLast, page.isAtHead { break }
                await Task.yield()
            }
            await written
            #expect(zip(read, read.dropFirst()).allSatisfy { $0.position < $1.position })
            #expect(hasGap || read.count == writers * batches * 2)
        },
    ]
}
