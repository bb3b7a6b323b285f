import Foundation
import SluiceServer
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

    /// Handed from one run to the next; they come one after the other.
    private final class Cursors: @unchecked Sendable {
        var value = ""
    }
}
