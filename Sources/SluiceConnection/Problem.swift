package import SluiceWire

/// Why something was refused: one vocabulary for all wires. Over HTTP it is an RFC 9457 problem, over WebSocket a
/// close code or an `error` operation, over SSE a `sluice.error` event.
package struct Problem: Error, Sendable {
    /// The HTTP status.
    package var status: Int
    /// The stable name of the kind of problem, such as `invalid-topic`.
    package var type: String
    /// What happened here, for a person.
    package var detail: String
    package var closeCode: WebSocketCloseCode
    /// After how many seconds the same request may succeed; only for what is temporary.
    package var retryAfter: Int?
    /// Header fields that the status demands, such as `Allow` for 405.
    package var headers: [(String, String)] = []
    /// Further members of the problem document, each value as JSON text.
    package var members: [Member] = []

    package struct Member: Sendable {
        package var name: String
        package var json: String
    }

    package init(
        _ status: Int, _ type: String, _ detail: String, closeCode: WebSocketCloseCode = .policyViolation,
        retryAfter: Int? = nil
    ) {
        self.status = status
        self.type = type
        self.detail = detail
        self.closeCode = closeCode
        self.retryAfter = retryAfter
    }

    package func with(_ name: String, json: String) -> Problem {
        var copy = self
        copy.members.append(Member(name: name, json: json))
        return copy
    }

    package var isTemporary: Bool { retryAfter != nil }
}

extension Problem {
    package static func badRequest(_ type: String, _ detail: String) -> Problem {
        Problem(400, type, detail, closeCode: .badOperation)
    }

    package static func notFound(_ path: String) -> Problem {
        Problem(404, "not-found", "there is nothing at \(path.prefix(200))")
    }

    package static func unauthorised(_ detail: String) -> Problem {
        Problem(401, "unauthorised", detail, closeCode: .unauthorised)
    }

    package static func forbidden(_ detail: String) -> Problem {
        Problem(403, "forbidden", detail, closeCode: .forbidden)
    }

    package static func tooLarge(_ what: String, limit: Int) -> Problem {
        Problem(413, "too-large", "\(what) is larger than \(limit) bytes", closeCode: .messageTooBig)
    }

    package static let draining = Problem(
        503, "draining", "the gateway is shutting down; connect again to reach its successor", closeCode: .goingAway,
        retryAfter: 2)

    package static func overloaded(_ detail: String) -> Problem {
        Problem(503, "overloaded", detail, closeCode: .overloaded, retryAfter: 5)
    }
}
