import ArgumentParser
import Foundation
import NIOCore
import SluiceLog
import SluiceSQLiteLog
import SluiceTopics

/// How soon a large log is there after a start, how soon it is read from, and the memory that it takes.
struct LargeLog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "large")

    @Option(help: "Where the file goes; one that is there from before is used again.")
    var file = "large.sqlite"

    @Option(help: "How many events.")
    var events = 10_000_000

    @Option(help: "Over how many topics.")
    var topics = 100_000

    func run() async throws {
        if !FileManager.default.fileExists(atPath: file) { try fill() }
        let before = Self.residentBytes()
        let began = ContinuousClock.now
        let log = try open()
        let start = began.duration(to: .now)
        printRow("start", "\(start.milliseconds.text()) ms")
        printRow("memory that it took", "\((Self.residentBytes() - before) >> 20) MiB")
        let middle = log.head / 2
        for (name, patterns, place) in [
            ("a topic, in the middle", ["group/7/topic/\(topics / 2 + 7)"], middle),
            ("100 topics, in the middle", (0..<100).map { "group/\($0)/topic/\($0)" }, middle),
            ("a pattern of 1 % of them", ["group/7/**"], middle),
            ("all, in the middle", ["**"], middle),
            ("a pattern of few, at the begin", ["group/7/topic/7"], 0),
        ] as [(String, [String], Position)] {
            var times: [Double] = []
            var count = 0
            for offset in 0..<20 {
                let request = ReadRequest(
                    selection: try patterns.map { try Pattern($0) }, place: .after(place + Position(offset)),
                    maximumEvents: 100, maximumBytes: 1 << 20)
                let began = ContinuousClock.now
                let page = try await withCheckedContinuation { continuation in
                    log.read(request) { continuation.resume(returning: $0) }
                }.get()
                times.append(began.duration(to: .now).milliseconds)
                count = page.events.count
            }
            printRow(name, "\(times.median.text(2)) ms", "at most \(times.quantile(1).text(2)) ms", "\(count) events")
        }
        printRow("memory in all", "\(Self.residentBytes() >> 20) MiB")
        await log.close()
    }

    private func open() throws -> SQLiteLog {
        var configuration = SQLiteLog.Configuration()
        configuration.rules = [RetentionRule(pattern: try Pattern("**"))]
        configuration.maximumBytes = 64 << 30
        return try SQLiteLog(path: file, configuration: configuration) {
            Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        }
    }

    private func fill() throws {
        let data = ByteBuffer(repeating: UInt8(ascii: "x"), count: 128)
        var number = 0
        let began = ContinuousClock.now
        _ = try SQLiteLogFile(file).import {
            guard number < events else { return nil }
            // Every topic in turn, in an order that is not that of their names.
            let topic = number * 7919 % topics
            number += 1
            return .init(
                Publication(
                    topic: Topic(unchecked: "group/\(topic % 100)/topic/\(topic)"),
                    payload: Payload(data: data, encoding: .text)),
                time: Timestamp(milliseconds: 1_700_000_000_000 + Int64(number)))
        }
        printRow("made in", "\(began.duration(to: .now).seconds.text()) s")
    }

    private static func residentBytes() -> Int {
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
        return pages.count > 1 ? (Int(pages[1]) ?? 0) * 4096 : 0
    }
}
