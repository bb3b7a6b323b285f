import FoundationEssentials
import NIOCore
import SluiceLog
import SluiceTopics
import SluiceWire
import Testing

@testable import SluiceConnection

@Suite struct ProblemTests {
    private struct Document: Decodable {
        let type: String
        let title: String
        let status: Int
        let detail: String
        let published: Int?
    }

    private func document(_ problem: Problem) throws -> Document {
        try JSONDecoder().decode(Document.self, from: Data(problem.response.body.readableBytesView))
    }

    private func header(_ name: String, of response: Response) -> String? {
        response.headers.first { $0.0 == name }?.1
    }

    @Test("a problem is an RFC 9457 document, whatever its text holds")
    func rendering() throws {
        let detail = "a \"quoted\" \\ text\nwith \u{1} and \u{E9}"
        let problem = Problem.badRequest("invalid-topic", detail).with("published", json: "3")
        let document = try document(problem)
        #expect(document.type == "urn:sluice:problem:invalid-topic")
        #expect(document.title == "Bad Request")
        #expect(document.status == 400)
        #expect(document.detail == detail)
        #expect(document.published == 3)
        #expect(header("content-type", of: problem.response) == "application/problem+json")
        #expect(header("cache-control", of: problem.response) == "no-store")
        #expect(header("retry-after", of: problem.response) == nil)
        #expect(header("www-authenticate", of: problem.response) == nil)
    }

    @Test("what is temporary says when to come back, and what lacks a key how to bring one")
    func fields() {
        #expect(header("retry-after", of: Problem.overloaded("x").response) == "5")
        #expect(header("retry-after", of: Problem.draining.response) == "2")
        #expect(Problem.draining.isTemporary)
        #expect(!Problem.forbidden("x").isTemporary)
        #expect(header("www-authenticate", of: Problem.unauthorised("x").response)?.hasPrefix("Bearer") == true)
        #expect(header("allow", of: Problem.methodNotAllowed(["POST", "GET"]).response) == "GET, HEAD, POST")
    }

    @Test("for an EventSource it is a stream that says when to come back and why it ends")
    func eventStream() throws {
        let response = Problem.overloaded("too many").eventStreamResponse
        #expect(response.status == 200)
        #expect(header("content-type", of: response) == "text/event-stream")
        var parser = EventStreamParser(maximumEventBytes: 1000)
        parser.append(response.body)
        guard case .retry(let milliseconds) = try parser.next() else {
            Issue.record("no reconnection time")
            return
        }
        #expect((5000...10_000).contains(milliseconds))
        #expect(
            try parser.next()
                == .event(id: "", type: "sluice.error", data: #"{"code":"overloaded","message":"too many"}"#))
    }

    @Test("what the log refuses has a status and a close code")
    func log() throws {
        let topic = try Topic("a")
        let cases: [(AppendError, Int, String, WebSocketCloseCode)] = [
            (.topicEnded(topic), 409, "topic-ended", .badOperation),
            (.keyReused, 422, "idempotency-key-reused", .badOperation),
            (.tooLarge(maximumBytes: 7), 413, "too-large", .messageTooBig),
            (.mixedDurability, 400, "mixed-durability", .badOperation),
            (.storageFull("secret path"), 507, "storage-full", .overloaded),
            (.unavailable("secret path"), 503, "overloaded", .overloaded),
        ]
        for (error, status, type, code) in cases {
            let problem = Problem(error)
            #expect(problem.status == status)
            #expect(problem.type == type)
            #expect(problem.closeCode == code)
            #expect(!problem.detail.contains("secret"))
        }
        let problem = Problem(ReadError.unavailable("secret path"))
        #expect(problem.status == 503)
        #expect(!problem.detail.contains("secret"))
    }
}
