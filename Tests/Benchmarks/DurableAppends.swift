import ArgumentParser
import Foundation
import NIOCore
import SluiceLog
import SluiceSQLiteLog
import SluiceServer
import SluiceTopics
import Synchronization

/// How many publishes a second the log in a file takes, against a bare loop that inserts the same rows, and what one
/// publisher alone waits for, against one `fdatasync`.
struct DurableAppends: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "appends")

    @Option(help: "Where the files go: the disk that is measured.")
    var folder = "."

    @Option(help: "How many publishes wait at a time.")
    var submitters = 64

    @Option(help: "Bytes of data of each.")
    var bytes = 128

    @Option(help: "How many events of each topic are kept; without this all of them.")
    var kept: Int?

    @Option(help: "For how long each is measured, in seconds.")
    var seconds = 5.0

    @Option(help: "How often everything is measured; the median counts.")
    var rounds = 3

    func run() async throws {
        let place = URL(filePath: folder).appending(path: "benchmark-\(UUID())")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: place) }
        let data = ByteBuffer(repeating: UInt8(ascii: "x"), count: bytes)
        var rates: [String: [Double]] = [:]
        var batches: [Double] = []
        var waits: [(log: Double, http: Double, sync: Double)] = []
        for round in 0..<rounds {
            func path(_ name: String) -> String { place.appending(path: "\(name)-\(round)").path }
            let log = try await AppendRun(path: path("log"), data: data, kept: kept).run(submitters, seconds: seconds)
            batches.append(log.batch)
            rates["log", default: []].append(log.rate)
            let size = max(1, Int(log.batch.rounded()))
            for rows in BareLoop.Rows.allCases {
                let loop = try BareLoop(path: path("bare-\(rows)"), topics: submitters, data: data)
                rates["\(rows)", default: []].append(try loop.run(rows, by: size, seconds: seconds))
            }
            let http = try await HTTPRun.run(path: path("http"), data: data, publishers: submitters, seconds: seconds)
            rates["http", default: []].append(http.rate)

            let one = try await AppendRun(path: path("one"), data: data, kept: kept).run(1, seconds: seconds / 2)
            let oneHTTP = try await HTTPRun.run(path: path("one-http"), data: data, publishers: 1, seconds: seconds / 2)
            waits.append((one.wait, oneHTTP.wait, try SyncLoop.run(path: path("sync"), seconds: seconds / 2)))
        }
        let bare = rates["\(BareLoop.Rows.all)", default: []].median
        print(
            "\(submitters) publishes at a time, \(bytes) bytes, \(batches.median.text(1)) in a commit, medians of \(rounds)"
        )
        printRow("", "publishes/s", "of the bare loop")
        for (name, key) in [
            ("bare loop, all rows", "\(BareLoop.Rows.all)"), ("bare loop, events only", "\(BareLoop.Rows.events)"),
            ("the log's append", "log"), ("over HTTP", "http"),
        ] {
            let rate = rates[key, default: []].median
            printRow(name, rate.text(), (rate / bare).text(2))
        }
        print("one publisher alone, median wait in milliseconds")
        printRow("fdatasync of 4 KiB", waits.map(\.sync).median.text(2))
        printRow("the log's append", waits.map(\.log).median.text(2))
        printRow("over HTTP", waits.map(\.http).median.text(2))
    }
}

/// Submitters that each append the next event when the one before is answered.
struct AppendRun {
    let path: String
    let data: ByteBuffer
    /// Events of each topic.
    let kept: Int?

    struct Result {
        var rate: Double
        /// Publishes in a commit, on average.
        var batch: Double
        /// The median of what a publish takes, in milliseconds.
        var wait: Double
    }

    func run(_ submitters: Int, seconds: Double) async throws -> Result {
        let commits = Mutex((count: 0, appends: 0))
        let box = Box(commits)
        var configuration = SQLiteLog.Configuration()
        configuration.rules = [RetentionRule(pattern: try Pattern("**"), maximumEvents: kept)]
        configuration.onCommit = { commit in
            box.commits.withLock {
                $0.count += 1
                $0.appends += commit.appends
            }
        }
        let log = try SQLiteLog(path: path, configuration: configuration) {
            Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        }
        log.attach { _ in }
        let end = ContinuousClock.now + .seconds(seconds)
        let began = ContinuousClock.now
        let waits = try await withThrowingTaskGroup(of: [Double].self) { group in
            for number in 0..<submitters {
                let publication = Publication(
                    topic: try Topic("topic/\(number)"), payload: Payload(data: data, encoding: .text))
                group.addTask { try await submit(publication, to: log, until: end) }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let elapsed = began.duration(to: .now).seconds
        await log.close()
        let batch = box.commits.withLock { Double($0.appends) / Double(max(1, $0.count)) }
        return Result(rate: Double(waits.count) / elapsed, batch: batch, wait: waits.median)
    }

    private func submit(
        _ publication: Publication, to log: SQLiteLog, until end: ContinuousClock.Instant
    ) async throws -> [Double] {
        var waits: [Double] = []
        while ContinuousClock.now < end {
            let began = ContinuousClock.now
            _ = try await withCheckedContinuation { continuation in
                log.append(AppendRequest([publication])) { continuation.resume(returning: $0) }
            }.get()
            waits.append(began.duration(to: .now).milliseconds)
        }
        return waits
    }

    private final class Box: Sendable {
        let commits: Mutex<(count: Int, appends: Int)>

        init(_ commits: consuming Mutex<(count: Int, appends: Int)>) { self.commits = commits }
    }
}
