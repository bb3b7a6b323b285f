import NIOCore
import SluiceAccess
import SluiceLog
import SluiceTopics
import Testing

@testable import SluiceConnection

@Suite struct PublicationTests {
    @Test(
        "a type may be any short text; an empty one is none",
        arguments: ["message", "a b", "\u{E9}", "sluice", "errors"])
    func type(text: String) throws {
        #expect(try EventNames.type(text) == text)
        #expect(try EventNames.type("") == nil)
        #expect(try EventNames.type(nil) == nil)
        #expect(try EventNames.type(String(repeating: "x", count: 255))?.count == 255)
    }

    @Test(
        "types that would forge a field, or mean something to an EventSource, are 400",
        arguments: [
            "error", "open", "sluice.gap", "sluice.", "a\nb", "a\rb", "\0", "\u{85}", "\u{7F}",
            String(repeating: "x", count: 256), String(repeating: "\u{E9}", count: 128),
        ])
    func refusedType(text: String) throws {
        let problem = try #require(throws: Problem.self) { try EventNames.type(text) }
        #expect(problem.status == 400)
        #expect(problem.type == "invalid-type")
    }

    @Test(
        "a content type is short and of visible ASCII",
        arguments: ["a\nb", "\u{E9}", "\t", String(repeating: "x", count: 256)])
    func contentType(text: String) throws {
        #expect(try EventNames.contentType("text/plain; charset=utf-8") == "text/plain; charset=utf-8")
        #expect(try EventNames.contentType("") == nil)
        let problem = try #require(throws: Problem.self) { try EventNames.contentType(text) }
        #expect(problem.type == "invalid-content-type")
    }

    @Test("data in JSON is text, or bytes in Base64")
    func message() throws {
        #expect(try Payload(message: "\u{E9}", encoding: nil, contentType: nil) == Payload(text: "\u{E9}"))
        #expect(
            try Payload(message: "AP8=", encoding: "base64", contentType: "image/x")
                == Payload(data: ByteBuffer(bytes: [0, 255]), encoding: .binary, contentType: "image/x"))
        for (data, encoding) in [("AP8", "base64"), ("A P8=", "base64"), ("x", "Base64"), ("x", ""), ("x", "hex")] {
            let problem = try #require(throws: Problem.self) {
                try Payload(message: data, encoding: encoding, contentType: nil)
            }
            #expect(problem.type == "invalid-encoding", "\(encoding)")
        }
    }
}

@Suite struct IdempotencyKeyTests {
    private func publication(
        topic: String = "a", type: String? = nil, data: String = "x", contentType: String? = nil,
        isBinary: Bool = false,
        ends: Bool = false
    ) throws -> Publication {
        Publication(
            topic: try Topic(topic), type: type,
            payload: Payload(
                data: ByteBuffer(string: data), encoding: isBinary ? .binary : .text, contentType: contentType),
            endsTopic: ends)
    }

    private func key(
        _ publications: [Publication], _ text: String = "k", name: String = "one", isBatch: Bool = false
    ) throws -> IdempotencyKey {
        try IdempotencyKey(
            text, principal: Principal(name: name, permissions: .none), publications: publications, isBatch: isBatch)
    }

    @Test("two publishes of the same have the same key and fingerprint")
    func same() throws {
        #expect(
            try key([publication(type: "t", contentType: "c")]) == key([publication(type: "t", contentType: "c")]))
    }

    @Test("whatever a publish would store is a part of its fingerprint")
    func different() throws {
        let publishes = [
            [try publication()], [try publication(topic: "b")], [try publication(type: "t")],
            [try publication(data: "y")],
            [try publication(contentType: "t")], [try publication(isBinary: true)], [try publication(ends: true)],
            [try publication(), try publication()], [try publication(data: "xx")], [try publication(data: "")],
            // What belongs to one field cannot be taken for a part of the next.
            [try publication(type: "ab", contentType: "c")], [try publication(type: "a", contentType: "bc")],
            [try publication(data: "x"), try publication(data: "y")],
            [try publication(data: "y"), try publication(data: "x")],
        ]
        let fingerprints = try publishes.map { try key($0, isBatch: true).fingerprint }
        #expect(Set(fingerprints).count == publishes.count)
    }

    @Test("keys of different principals, topics and batches do not meet")
    func scopes() throws {
        let publications = [try publication()]
        let scopes = [
            try key(publications).scope, try key(publications, name: "two").scope,
            try key([publication(topic: "b")]).scope, try key(publications, isBatch: true).scope,
        ]
        #expect(Set(scopes).count == 4)
        #expect(try key(publications, "x").scope == scopes[0])
    }

    @Test(
        "a key has 1 to 255 bytes",
        arguments: ["", String(repeating: "x", count: 256), String(repeating: "\u{E9}", count: 128)])
    func length(text: String) throws {
        let publications = [try publication()]
        #expect(try key(publications, String(repeating: "x", count: 255)).key.count == 255)
        let problem = try #require(throws: Problem.self) { try key(publications, text) }
        #expect(problem.type == "invalid-idempotency-key")
    }
}
