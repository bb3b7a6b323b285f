import Foundation
import SluiceBench
import SluiceConnection
import SluiceServer
import Testing

/// What `sluice bench` measures, against a gateway that does everything right.
@Suite("A benchmark")
struct BenchmarkTests {
    private static func run(
        _ gateway: TestGateway, scheme: String = "http", host: String = "127.0.0.1",
        _ adjust: (inout BenchmarkPlan) -> Void
    ) async throws -> BenchmarkReport {
        var plan = BenchmarkPlan(url: "\(scheme)://\(host):\(gateway.port)")
        plan.subscribing.count = 30
        plan.publishing.events = 40
        plan.settling = 0
        adjust(&plan)
        return try await Benchmark(plan).run()
    }

    private static func expectAll(_ report: BenchmarkReport, _ plan: (subscribers: Int, events: Int) = (30, 40)) {
        #expect(report.problems == [])
        #expect(report.subscribers.connected == plan.subscribers)
        #expect(report.published?.accepted == plan.events)
        #expect(report.delivered?.count == report.delivered?.expected)
        #expect(report.delivered?.latency != nil && report.published?.latency != nil)
    }

    @Test("counts every event once for every subscriber, on either wire, with topics shared out")
    func wires() async throws {
        try await withGateway { gateway in
            for wire in BenchmarkPlan.Wire.allCases {
                let report = try await Self.run(gateway) { $0.subscribing.wire = wire }
                Self.expectAll(report)
                #expect(report.delivered?.count == 1200)

                let shared = try await Self.run(gateway) {
                    $0.subscribing.wire = wire
                    $0.topics = 10
                    $0.publishing.publishers = 4
                    $0.publishing.inFlight = 8
                    $0.eventLoops = 2
                }
                Self.expectAll(shared)
                #expect(shared.delivered?.count == 120)
            }
        }
    }

    @Test("speaks to a server by a first message, and wraps what it publishes")
    func templates() async throws {
        try await withGateway { gateway in
            let report = try await Self.run(gateway) {
                $0.subscribing.wire = .webSocket
                $0.subscribing.path = "/subscribe"
                $0.subscribing.subprotocol = "sluice.v1.json"
                $0.subscribing.message = #"{"op":"subscribe","topic":"{topic}","ref":1}"#
                $0.publishing.path = "/topics"
                $0.publishing.contentType = "application/json"
                $0.publishing.body = #"[{"topic":"{topic}","data":"{data}"}]"#
                // The server has to have taken the first message.
                $0.settling = 0.5
            }
            Self.expectAll(report)
        }
    }

    @Test("publishes on time, and with streams over HTTP/2 in clear text and through TLS")
    func http2() async throws {
        try await withCertificates { folder in
            try folder.write("server", for: ["localhost"])
            for isSecure in [false, true] {
                try await withGateway(isSecure ? folder.configure("server") : { _ in }) { gateway in
                    let report = try await Self.run(
                        gateway, scheme: isSecure ? "https" : "http", host: isSecure ? "localhost" : "127.0.0.1"
                    ) {
                        $0.subscribing.streams = 10
                        $0.publishing.rate = 400
                        $0.publishing.inFlight = 100
                        $0.authority = folder.url("authority.pem").path
                    }
                    Self.expectAll(report)
                    #expect((report.published?.seconds ?? 0) > 0.09)
                }
            }
        }
    }

    @Test("counts slow readers apart, and replaces connections without taking that for losses")
    func slowAndReplaced() async throws {
        try await withGateway { gateway in
            let report = try await Self.run(gateway) {
                $0.subscribing.slow = 5
                $0.subscribing.churn = 100
                $0.publishing.rate = 100
            }
            #expect(report.problems == [])
            #expect(report.subscribers.reconnected > 0)
            #expect(report.delivered?.expected == nil)
            #expect((report.delivered?.count ?? 0) > 500)
        }
    }

    @Test("says what is refused, and what cannot be reached")
    func refusals() async throws {
        try await withGateway { gateway in
            let refused = try await Self.run(gateway) {
                $0.subscribing.path = "/nowhere"
                $0.publishing.events = 0
            }
            #expect(refused.subscribers.connected == 0 && refused.subscribers.failed == 30)
            #expect(refused.problems.first?.contains("404") ?? false)

            let error = await #expect(throws: BenchmarkError.self) {
                try await Self.run(gateway) { $0.publishing.path = "/topics/$reserved" }
            }
            #expect(error?.description.contains("refused: 4") ?? false)
        }
        var plan = BenchmarkPlan(url: "http://127.0.0.1:1")
        plan.subscribing.count = 3
        plan.patience = 1
        let nobody = try Benchmark(plan)
        let error = await #expect(throws: BenchmarkError.self) { try await nobody.run() }
        #expect(error?.description == "http://127.0.0.1:1 cannot be published to: connection refused")
    }

    @Test("is refused when it makes no sense", arguments: 0..<6)
    func nonsense(number: Int) {
        var plan = BenchmarkPlan(url: "http://127.0.0.1:1")
        switch number {
        case 0: plan.publishing.bytes = 10
        case 1: plan.publishing.body = "nothing"
        case 2: plan.publishing.rate = -1
        case 3: plan.topics = 0
        case 4: (plan.subscribing.streams, plan.subscribing.wire) = (10, .webSocket)
        default: plan.publishing.inFlight = 0
        }
        #expect(throws: BenchmarkError.self) { try Benchmark(plan) }
    }
}
