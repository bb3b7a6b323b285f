import NIOCore
import SluiceConnection
import SluiceTopics
import Testing

@testable import SluiceHTTP

@Suite struct PayloadTests {
    private let text = ByteBuffer(string: "caf\u{E9}")
    private let bytes = ByteBuffer(bytes: [0x63, 0xFF, 0x00])

    @Test(
        "a textual media type in UTF-8 makes text",
        arguments: [
            "text/plain", "TEXT/Plain", "text/plain; charset=utf-8", "text/plain;charset=\"UTF-8\"",
            "text/html; charset=us-ascii",
            "application/json", "application/problem+json", "image/svg+xml", "application/xml",
            "application/javascript",
            "application/x-www-form-urlencoded", "text/plain; format=flowed",
        ])
    func textual(contentType: String) throws {
        let payload = try Payload(body: text, mediaType: MediaType(contentType))
        #expect(payload == Payload(data: text, encoding: .text, contentType: contentType))
    }

    @Test(
        "any other media type makes bytes, also of what happens to be text",
        arguments: [
            "application/octet-stream", "image/png", "text/plain; charset=iso-8859-1", "text/plain; charset=utf-16",
            "application/cbor", "", "json", "application/jsonx",
        ])
    func binary(contentType: String) throws {
        #expect(try Payload(body: text, mediaType: MediaType(contentType)).encoding == .binary)
        #expect(try Payload(body: bytes, mediaType: MediaType(contentType)).data == bytes)
    }

    @Test("without a media type the bytes decide")
    func none() throws {
        #expect(try Payload(body: text, mediaType: nil) == Payload(data: text, encoding: .text))
        #expect(try Payload(body: bytes, mediaType: nil) == Payload(data: bytes, encoding: .binary))
        #expect(try Payload(body: ByteBuffer(), mediaType: nil).encoding == .text)
    }

    @Test("text that is not UTF-8 is 400", arguments: ["text/plain", "application/json"])
    func invalid(contentType: String) throws {
        let problem = try #require(throws: Problem.self) { try Payload(body: bytes, mediaType: MediaType(contentType)) }
        #expect(problem.status == 400)
        #expect(problem.type == "invalid-utf-8")
    }
}
