internal import Foundation
internal import NIOPosix

/// Subscribers in a process of their own, since one may have only so many descriptors. It is asked over its standard input
/// and answers over its standard output, a line of JSON for a line.
final class FleetProcess: Fleet, Sendable {
    enum Request: String {
        case connect, counts, begin, results
    }

    private let process = Process()
    /// Used by one call at a time.
    private nonisolated(unsafe) let input: UnsafeMutablePointer<FILE>
    private nonisolated(unsafe) let output: UnsafeMutablePointer<FILE>

    /// - Parameter arguments: with which this program is a fleet.
    init(_ order: FleetOrder, arguments: [String]) throws {
        let (requests, answers) = (Pipe(), Pipe())
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        process.standardInput = requests
        process.standardOutput = answers
        guard let input = fdopen(dup(requests.fileHandleForWriting.fileDescriptor), "w"),
            let output = fdopen(dup(answers.fileHandleForReading.fileDescriptor), "r")
        else { throw BenchmarkError("there are too few descriptors") }
        self.input = input
        self.output = output
        try process.run()
        try requests.fileHandleForWriting.close()
        write(String(decoding: try JSONEncoder().encode(order), as: UTF8.self))
    }

    deinit {
        fclose(input)
        fclose(output)
    }

    func connect() async throws { let _: Done = try await ask(.connect) }
    func counts() async throws -> Deliveries.Counts { try await ask(.counts) }
    func begin() async throws { let _: Done = try await ask(.begin) }
    func results() async throws -> Deliveries { try await ask(.results) }

    private struct Done: Codable {}

    private func ask<Answer: Decodable & Sendable>(_ request: Request) async throws -> Answer {
        try await NIOThreadPool.singleton.runIfActive { [self] in
            write(request.rawValue)
            guard let line = Self.line(from: output) else {
                throw BenchmarkError("a process of subscribers ended by itself")
            }
            return try JSONDecoder().decode(Answer.self, from: Data(line.utf8))
        }
    }

    private func write(_ line: String) {
        fputs(line + "\n", input)
        fflush(input)
    }

    private static func line(from file: UnsafeMutablePointer<FILE>) -> String? {
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        guard getline(&line, &capacity, file) > 0, let line else { return nil }
        return String(cString: line)
    }

    // MARK: The other side

    /// Is such a process, until it was asked for its results or nobody asks any more.
    static func serve() async throws {
        guard let first = readLine() else { return }
        let order = try JSONDecoder().decode(FleetOrder.self, from: Data(first.utf8))
        let fleet = try await LocalFleet(
            order, group: MultiThreadedEventLoopGroup(numberOfThreads: order.plan.eventLoops))
        while let request = readLine().flatMap(Request.init) {
            switch request {
            case .connect:
                try await fleet.connect()
                try answer(Done())
            case .counts: try answer(try await fleet.counts())
            case .begin:
                try await fleet.begin()
                try answer(Done())
            case .results: return try answer(try await fleet.results())
            }
        }
    }

    private static func answer(_ value: some Encodable) throws {
        print(String(decoding: try JSONEncoder().encode(value), as: UTF8.self))
        fflush(nil)
    }
}
