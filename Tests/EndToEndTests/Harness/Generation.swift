import NIOCore
import SluiceRelay
import SluiceServer
import SluiceTopics
import Testing

/// A generation as `GET /generations/{id}` describes it.
struct GenerationDescription: Decodable, Equatable {
    let id: String
    let state: String
    let cause: String?
    let text: String?
    let upstream: String?
    let usage: Usage?

    struct Usage: Decodable, Equatable {
        let inputTokens: Int?
        let outputTokens: Int?
    }
}

extension TestGateway {
    static let chat = "/relay/model/v1/chat/completions"

    /// An upstream `model` that speaks OpenAI's format.
    static func upstream(
        _ standIn: StandIn, _ adjust: (inout UpstreamConfiguration) -> Void = { _ in }
    ) throws -> UpstreamConfiguration {
        var upstream = UpstreamConfiguration(
            name: "model", url: "http://127.0.0.1:\(standIn.port)", format: .openai, paths: [try Pattern("v1/**")])
        let secret = try #require(HeaderTemplate("Authorization: Bearer provider-secret"))
        upstream.headers = [secret]
        adjust(&upstream)
        return upstream
    }

    /// Asks for a stream, and leaves the answer to be read.
    func askForStream(_ headers: HTTPConnection.Headers = [:], body: String = #"{"stream":true}"#) throws
        -> HTTPConnection
    {
        let connection = try connect()
        try connection.socket.send(HTTPConnection.request("POST", Self.chat, headers, body: body))
        return connection
    }

    func generation(_ id: String) throws -> GenerationDescription {
        let answer = try ask("GET", "/generations/\(id)")
        guard answer.status == 200 else { throw ClientError.unexpected("\(answer.status) \(answer.text)") }
        return try answer.json(GenerationDescription.self)
    }

    /// The generation, once it is in a state.
    func generation(_ id: String, until state: String) throws -> GenerationDescription {
        let answer = try ask("GET", "/generations/\(id)") { answer in
            try answer.status == 200 && answer.json(GenerationDescription.self).state == state
        }
        return try answer.json(GenerationDescription.self)
    }
}

extension HTTPConnection {
    /// Reads an answer in chunks to its end.
    ///
    /// - Returns: nil when it breaks off.
    func chunkedBody() throws -> String? {
        var body = ""
        while let chunk = try chunk() {
            if chunk.isEmpty { return body }
            body += chunk
        }
        return nil
    }

    /// - Returns: empty for the last one, nil when the connection ends before it.
    func chunk() throws -> String? {
        while true {
            let bytes = inbound.readableBytesView
            if let end = bytes.firstIndex(of: UInt8(ascii: "\n")),
                let length = Int(String(decoding: bytes[..<end].dropLast(), as: UTF8.self), radix: 16),
                bytes.count >= end - bytes.startIndex + 1 + length + 2
            {
                inbound.moveReaderIndex(forwardBy: end - bytes.startIndex + 1)
                let chunk = inbound.readString(length: length)
                inbound.moveReaderIndex(forwardBy: 2)
                return chunk
            }
            do {
                guard try socket.receive(into: &inbound) else { return nil }
            } catch ClientError.system {
                return nil
            }
        }
    }
}
