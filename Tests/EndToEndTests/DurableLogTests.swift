import Foundation
import SluiceLog
import SluiceMemoryLog
import SluiceServer
import SluiceTopics
import Testing

@Suite("A log in a file", .serialized)
struct DurableLogTests {
    @Test("is there after a restart: a cursor continues on either wire, and a repeated publish is recognised")
    func restart() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let configure: @Sendable (inout GatewayConfiguration) -> Void = {
            $0.logFile = folder.appending(path: "log").path
        }
        let cursor = Cursors()
        try await withGateway(configure) { gateway in
            let stream = try gateway.stream("/topics/t")
            cursor.value = try gateway.publish("t", "1")
            #expect(try stream.event().data == "1")
            let answer = try gateway.ask("POST", "/topics/t", ["Idempotency-Key": "k"], body: "2")
            #expect(answer.status == 201)
        }
        for number in 3...5 {
            try await withGateway(configure) { gateway in
                let answer = try gateway.ask("POST", "/topics/t", ["Idempotency-Key": "k"], body: "2")
                #expect(answer.status == 200)
                try gateway.publish("t", "\(number)")
                let data = (2...number).map(String.init)
                let stream = try gateway.stream("/topics/t", ["Last-Event-ID": cursor.value])
                #expect(try stream.events(data.count).map(\.data) == data)
                let socket = try gateway.webSocket("/topics/t?after=\(cursor.value)")
                for each in data { #expect(try socket.text() == each) }
                let page = try gateway.page("/topics/t?after=\(cursor.value)")
                #expect(page.data == data && page.gap == nil)
            }
        }
    }

    @Test("subscribers that were away over ten restarts resume without a gap, on their wire and on the other")
    func tenRestarts() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let configure: @Sendable (inout GatewayConfiguration) throws -> Void = {
            $0.logFile = folder.appending(path: "log").path
            // Something that restarts do lose, beside what they do not.
            $0.log.rules = [.init(pattern: try Pattern("typing/*"), durability: .memory)]
        }
        let (fromStream, fromSession) = (Cursors(), Cursors())
        try await withGateway(configure) { gateway in
            let stream = try gateway.stream("/subscribe?topic=room/*")
            let session = try gateway.session("/subscribe?topic=room/*")
            _ = try session.operation("live")
            try gateway.publish("room/1", "seen")
            fromStream.value = try stream.event().id
            fromSession.value = try session.operation("event").id ?? ""
        }
        for number in 1...10 {
            try await withGateway(configure) { gateway in
                try gateway.publish("room/\(number % 3)", "\(number)")
                try gateway.publish("typing/1", "\(number)")
            }
        }
        let missed = (1...10).map { "\($0)" }
        try await withGateway(configure) { gateway in
            for cursor in [fromStream.value, fromSession.value] {
                let stream = try gateway.stream("/subscribe?topic=room/*&format=raw", ["Last-Event-ID": cursor])
                let streamed = try stream.events(missed.count)
                #expect(streamed.map(\.data) == missed && streamed.allSatisfy { $0.type == nil })
                let session = try gateway.session("/subscribe?topic=room/*&after=\(cursor)")
                _ = try session.operation("subscribed")
                for text in missed {
                    let message = try session.operation()
                    #expect(message.op == "event" && message.data == text)
                }
                #expect(try session.operation().op == "live")
                // What was kept in memory alone is missing, and said to be.
                let page = try gateway.page("/topics/typing/1?after=\(cursor)")
                #expect(page.data.isEmpty && page.gap != nil)
            }
        }
    }

    @Test("a batch is all on disk or all in memory, and the publisher of another is told")
    func mixedBatch() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await withGateway {
            $0.logFile = folder.appending(path: "log").path
            $0.log.rules = [.init(pattern: try Pattern("m/*"), durability: .memory)]
        } _: { gateway in
            let body = #"[{"topic":"m/1","data":"1"},{"topic":"d","data":"2"}]"#
            let answer = try gateway.ask("POST", "/topics", body: body)
            #expect(answer.status == 400)
            #expect(answer.problem == "mixed-durability")
            #expect(try gateway.page("/subscribe?topic=**").data.isEmpty)
            let metrics = try gateway.ask("GET", "/metrics").text
            #expect(metrics.contains("sluice_log_file_bytes") && metrics.contains("sluice_log_commit_seconds_count 0"))
        }
    }

    /// Handed from one run to the next; they come one after the other.
    private final class Cursors: @unchecked Sendable {
        var value = ""
    }
}
