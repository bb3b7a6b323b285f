internal import ArgumentParser
internal import FoundationEssentials
internal import SluiceBench

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure a gateway, or any server that publishes by HTTP.",
        discussion: """
            Connects subscribers, publishes events and counts what comes: nothing about the server is known but where it \
            is. Latency counts from when an event was due. In paths, bodies and messages {topic} stands for a topic's \
            name; the body has {data} where the event's data goes.

            Ends with status 1 when a connection or a publish failed, or an event was missed, late or came twice.
            """)

    @Option(
        help: ArgumentHelp(
            "Where the server is: http, https, ws or wss (default: SLUICE_URL, or http://127.0.0.1:8080).",
            valueName: "url"))
    var url: String?

    @Option(help: ArgumentHelp("Where events are published, if that is elsewhere.", valueName: "url"))
    var publishURL: String?

    @Option(help: ArgumentHelp("Come with this key (default: SLUICE_KEY).", valueName: "key"))
    var key: String?

    @Option(help: ArgumentHelp("A PEM file with the authorities to trust.", valueName: "file"))
    var authority: String?

    // MARK: Subscribers

    @Option(name: .shortAndLong, help: ArgumentHelp("How many subscribers there are.", valueName: "n"))
    var subscribers = 100

    @Option(help: ArgumentHelp("How they subscribe.", valueName: "sse|ws"))
    var wire = BenchmarkPlan.Wire.eventStream

    @Option(help: ArgumentHelp("The path that they open.", valueName: "path"))
    var path = "/topics/{topic}"

    @Option(help: ArgumentHelp("A subprotocol to ask for, over WebSocket.", valueName: "name"))
    var subprotocol: String?

    @Option(help: ArgumentHelp("What each sends first, over WebSocket.", valueName: "text"))
    var message: String?

    @Option(help: ArgumentHelp("Event streams over HTTP/2, so many on a connection.", valueName: "n"))
    var streams = 0

    @Option(help: ArgumentHelp("How many connect at a time.", valueName: "n"))
    var window = 200

    @Option(help: ArgumentHelp("So many of them read 4 KiB a second only.", valueName: "n"))
    var slow = 0

    @Option(help: ArgumentHelp("So many connections a second are replaced by new ones.", valueName: "n"))
    var churn = 0.0

    @Option(help: ArgumentHelp("A field of their requests; may be given several times.", valueName: "name: value"))
    var header: [Field] = []

    // MARK: Topics and events

    @Option(help: ArgumentHelp("Subscribers and events are spread over so many topics.", valueName: "n"))
    var topics = 1

    @Option(help: ArgumentHelp("How topics are called.", valueName: "name"))
    var topic = "bench/{number}"

    @Option(name: .shortAndLong, help: ArgumentHelp("How many events are published; 0 for none.", valueName: "n"))
    var events = 1000

    @Option(help: ArgumentHelp("Bytes of each.", valueName: "n"))
    var size = 128

    @Option(
        help: ArgumentHelp(
            "Events a second, on time whatever the server does (default: each as soon as another was answered).",
            valueName: "n"))
    var rate: Double?

    @Option(
        help: ArgumentHelp(
            "The most publishes of one publisher under way (default: 1, with --rate 1000).", valueName: "n"))
    var inFlight: Int?

    @Option(help: ArgumentHelp("Connections that publish.", valueName: "n"))
    var publishers = 1

    @Option(help: ArgumentHelp("The method of a publish.", valueName: "name"))
    var method = "POST"

    @Option(help: ArgumentHelp("The path of a publish.", valueName: "path"))
    var publishPath = "/topics/{topic}"

    @Option(help: ArgumentHelp("The body of a publish.", valueName: "text"))
    var body = "{data}"

    @Option(help: ArgumentHelp("The media type of that.", valueName: "type"))
    var contentType = "text/plain"

    @Option(help: ArgumentHelp("A field of publishes; may be given several times.", valueName: "name: value"))
    var publishHeader: [Field] = []

    // MARK: The run

    @Option(help: ArgumentHelp("The server's process, whose CPU time and memory are measured.", valueName: "pid"))
    var pid: Int?

    @Option(help: ArgumentHelp("Event loops of this program.", valueName: "n"))
    var loops = 1

    @Option(help: ArgumentHelp("How long it is waited when nothing comes.", valueName: "seconds"))
    var patience = 10.0

    @Flag(help: "Print the figures as JSON.")
    var json = false

    struct Field: ExpressibleByArgument {
        let field: BenchmarkPlan.Field

        init?(argument: String) {
            guard let colon = argument.firstIndex(of: ":"), colon > argument.startIndex else { return nil }
            let value = argument[argument.index(after: colon)...].drop { $0 == " " }
            field = BenchmarkPlan.Field(name: String(argument[..<colon]), value: String(value))
        }
    }

    func run() async throws {
        StandardOutput.ignoreBrokenPipeSignal()
        let benchmark = try Benchmark(plan, server: pid, fleetArguments: [BenchFleetCommand.name]) { line in
            StandardError.write(line: line)
        }
        let report = try await benchmark.run()
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            try StandardOutput.write(line: String(decoding: try encoder.encode(report), as: UTF8.self))
        } else {
            try StandardOutput.write(line: report.table)
        }
        for problem in report.problems { StandardError.write(line: problem) }
        if !report.problems.isEmpty { throw ExitCode.failure }
    }

    private var plan: BenchmarkPlan {
        let environment = ProcessInfo.processInfo.environment
        var plan = BenchmarkPlan(url: url ?? environment["SLUICE_URL"] ?? "http://127.0.0.1:8080")
        let credentials = (key ?? environment["SLUICE_KEY"]).map { key in
            BenchmarkPlan.Field(name: "authorization", value: "Bearer \(key)")
        }
        plan.subscribing.count = subscribers
        plan.subscribing.wire = wire
        plan.subscribing.path = path
        plan.subscribing.subprotocol = subprotocol
        plan.subscribing.message = message
        plan.subscribing.streams = streams
        plan.subscribing.window = window
        plan.subscribing.slow = slow
        plan.subscribing.churn = churn
        plan.subscribing.fields = [credentials].compactMap(\.self) + header.map(\.field)
        if let publishURL { plan.publishing.url = publishURL }
        plan.publishing.publishers = publishers
        plan.publishing.events = events
        plan.publishing.bytes = size
        plan.publishing.rate = rate
        plan.publishing.inFlight = inFlight ?? (rate == nil ? 1 : 1000)
        plan.publishing.method = method
        plan.publishing.path = publishPath
        plan.publishing.body = body
        plan.publishing.contentType = contentType
        plan.publishing.fields = [credentials].compactMap(\.self) + publishHeader.map(\.field)
        plan.topics = topics
        plan.topic = topic
        plan.eventLoops = loops
        plan.patience = patience
        plan.authority = authority
        return plan
    }
}

extension BenchmarkPlan.Wire: ExpressibleByArgument {}

/// What `bench` starts of itself when one process may not have enough descriptors.
struct BenchFleetCommand: AsyncParsableCommand {
    static let name = "bench-fleet"
    static let configuration = CommandConfiguration(commandName: name, shouldDisplay: false)

    func run() async throws { try await Benchmark.serveFleet() }
}
