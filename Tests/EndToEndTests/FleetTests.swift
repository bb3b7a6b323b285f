import Foundation
import NIOCore
import SluiceLog
import SluiceMemoryLog
import SluiceSSE
import SluiceServer
import SluiceTestSupport
import SluiceTopics
import SluiceWebSocket
import SluiceWire
import Synchronization
import Testing

/// Many clients that come, go, stall and change wires over a log that forgets: each of them ends with the exact log
/// of its selection, or with gaps that were announced and are true.
///
/// It runs for `SLUICE_FLEET_SECONDS` (20 unless that is set) and prints its seed; `SLUICE_FLEET_SEED` repeats one.
@Suite("A fleet of clients", .serialized)
struct FleetTests {
    @Test("ends with exact logs or true gaps, whatever happens to it")
    func fleet() async throws {
        let environment = ProcessInfo.processInfo.environment
        let duration = Duration.seconds(environment["SLUICE_FLEET_SECONDS"].flatMap { Int($0) } ?? 20)
        let seed = environment["SLUICE_FLEET_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: .min ... .max)
        print("SLUICE_FLEET_SEED=\(seed)")

        try await withGateway {
            $0.log.rules = [
                .init(pattern: try Pattern("fleet/small/*"), maximumEvents: 10),
                .init(pattern: try Pattern("**"), maximumEvents: 150),
            ]
            $0.eventStream.heartbeat = .milliseconds(500)
            $0.webSocket.heartbeat = .seconds(1)
        } _: { gateway in
            let topics = ["fleet/small/1", "fleet/small/2", "fleet/a", "fleet/b", "other"].map { Topic(unchecked: $0) }
            let truth = FleetTruth()
            let clock = ContinuousClock()
            let end = clock.now + duration
            var generator = SplitMix64(seed: seed)
            let seeds = (0..<24).map { _ in generator.next() }

            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, seed) in seeds.enumerated() {
                    group.addTask {
                        var client = try FleetClient(number: number, seed: seed, gateway: gateway, lifetime: duration)
                        try client.run(until: truth)
                        client.check(against: truth)
                    }
                }
                var publisher = try FleetPublisher(gateway: gateway, topics: topics, generator: generator)
                while clock.now < end { try publisher.publish(to: truth) }
                try publisher.finish(truth)
                try await group.waitForAll()
            }
            print("\(truth.count) events, \(truth.announcedGaps) gaps")
            #expect(truth.announcedGaps > 0, "a run without a gap proves little")
        }
    }
}
