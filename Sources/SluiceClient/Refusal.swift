internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1

/// An answer that is not what was asked for.
struct Refusal: Hashable {
    /// As much of a problem document as is read.
    static let maximumBodyBytes = 64 << 10

    let status: Int
    /// The stable name at the end of the problem's `type` (RFC 9457 § 3.1.1), if there is a problem document.
    let problem: String?
    let message: String
    /// `Retry-After` in seconds (RFC 9110 § 10.2.3).
    let retryAfter: Duration?

    init(status: HTTPResponseStatus, headers: HTTPHeaders, body: ByteBuffer) {
        self.status = Int(status.code)
        let document = try? JSONDecoder().decode(ProblemDocument.self, from: Data(body.readableBytesView))
        problem = document?.type?.split(separator: ":").last.map(String.init)
        retryAfter = headers.first(name: "retry-after").flatMap { Int($0) }.map { .seconds(max(0, min($0, 3600))) }
        if let detail = document?.detail {
            let before = document?.published.map { "; events published before that: \($0)" } ?? ""
            message = "\(detail) (\(status.code))\(before)"
        } else if (300..<400).contains(status.code), let location = headers.first(name: "location") {
            message = "the address answers with a redirection to \(location) (\(status.code))"
        } else {
            message = "the address answers with \(status.code) \(status.reasonPhrase)"
        }
    }

    /// What may succeed later: overload, a proxy whose gateway restarts, a limit that refills.
    var isTemporary: Bool {
        switch status {
        case 408, 425, 429, 500, 502, 503, 504: true
        default: false
        }
    }

    /// What to tell someone who does not try again.
    var asError: ClientError {
        ClientError(code: .refused, message: message, problem: problem, status: status)
    }

    /// Ends or suspends a subscription.
    var asEndOfConnection: any Error {
        isTemporary ? Disconnection(reason: message, atLeast: retryAfter ?? .zero) : asError
    }
}

/// What is read of an RFC 9457 document.
private struct ProblemDocument: Decodable {
    let type: String?
    let detail: String?
    /// Of a stream of events, how many were published before it was refused.
    let published: Int?
}
