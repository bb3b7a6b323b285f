import SluiceTestSupport
import Synchronization
import Testing

@testable import SluiceClient

struct UpdatesTests {
    /// Reads a subscription over connections that go as the script says.
    private func read(_ script: Step...) async -> (updates: [Update], error: (any Error)?, waits: [Duration]) {
        let clock = RecordingClock()
        let updates = Updates(clock: clock, makeGenerator: { SplitMix64(seed: 1) }) {
            ScriptedConnector(steps: script[...])
        }
        var read: [Update] = []
        do {
            for try await update in updates { read.append(update) }
            return (read, nil, clock.waits)
        } catch {
            return (read, error, clock.waits)
        }
    }

    @Test("updates come one by one, and the subscription ends when the wire says so")
    func delivery() async throws {
        let event = Update.event(try Sample.event("e-1"))
        let (updates, error, waits) = await read(
            .connect, .receive([.connected(cursor: nil), event]), .receive([]), .receive([.ended(topic: "a")]), .end)
        #expect(updates == [.connected(cursor: nil), event, .ended(topic: "a")])
        #expect(error == nil)
        #expect(waits == [])
    }

    @Test("a lost connection is told, waited for and opened again")
    func reconnects() async throws {
        let (updates, error, waits) = await read(
            .connect, .receive([.connected(cursor: nil)]), .lose("gone"), .connect, .receive([.ended(topic: "a")]), .end
        )
        #expect(error == nil)
        let wait = try #require(waits.first)
        #expect(waits == [wait])
        #expect(
            updates == [.connected(cursor: nil), .disconnected(reason: "gone", retryIn: wait), .ended(topic: "a")])
    }

    @Test("waits grow until a connection is of use")
    func backsOff() async throws {
        let event = Update.event(try Sample.event("e-1"))
        let (_, _, waits) = await read(
            .lose("1"), .lose("2"), .lose("3"), .lose("4"),
            // Accepted and closed at once is no use.
            .connect, .receive([.connected(cursor: nil)]), .lose("5"),
            .connect, .receive([.connected(cursor: nil)]), .receive([]), .lose("6"),
            // A part of a long replay is some.
            .lose("7"), .connect, .receive([event]), .lose("8"), .connect, .end)
        try #require(waits.count == 8)
        #expect(waits[3] >= .seconds(1))
        #expect(waits[4] >= .seconds(2))
        #expect(waits[5] <= .milliseconds(250))
        #expect(waits[6] >= .milliseconds(250))
        #expect(waits[7] <= .milliseconds(250))
    }

    @Test("what will not go better next time is thrown, after what came before it")
    func permanent() async throws {
        let refusal = ClientError(code: .refused, message: "no")
        let (updates, error, waits) = await read(.connect, .receive([.connected(cursor: nil)]), .fail(refusal))
        #expect(updates == [.connected(cursor: nil)])
        #expect(error as? ClientError == refusal)
        #expect(waits == [])
    }

    @Test("a cancelled subscription throws and does not try again")
    func cancelled() async throws {
        let clock = RecordingClock()
        let updates = Updates(clock: clock) { ScriptedConnector(steps: [.awaitCancellation]) }
        let task = Task {
            var iterator = updates.makeAsyncIterator()
            return try await iterator.next()
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(clock.waits == [])
    }
}

/// What a wire does next.
private enum Step: Sendable {
    case connect
    case receive([Update])
    case end
    case lose(String)
    case fail(ClientError)
    case awaitCancellation
}

private struct ScriptedConnector: WireConnector {
    var steps: ArraySlice<Step>
    let reconnectionTime: Duration? = nil

    mutating func connect() async throws {
        switch steps.popFirst() {
        case .connect: break
        case let step: _ = try await perform(step)
        }
    }

    mutating func receive() async throws -> [Update]? {
        try await perform(steps.popFirst())
    }

    private func perform(_ step: Step?) async throws -> [Update]? {
        switch step {
        case .receive(let updates): return updates
        case .end: return nil
        case .lose(let reason): throw Disconnection(reason: reason)
        case .fail(let error): throw error
        case .awaitCancellation:
            let (never, _) = AsyncStream.makeStream(of: Never.self)
            for await _ in never {}
            throw Disconnection(reason: "the connection was closed")
        case .connect, nil:
            Issue.record("the script has another step: \(String(describing: step))")
            return nil
        }
    }
}

/// A clock on which any time passes at once.
private final class RecordingClock: Clock {
    typealias Duration = Swift.Duration
    typealias Instant = ContinuousClock.Instant

    private let start = ContinuousClock.now
    private let recorded = Mutex<[Duration]>([])

    var waits: [Duration] { recorded.withLock { $0 } }
    var now: Instant { waits.reduce(start) { $0 + $1 } }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let wait = deadline - now
        recorded.withLock { $0.append(wait) }
    }
}
