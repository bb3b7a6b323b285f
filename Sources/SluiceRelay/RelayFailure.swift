internal import AsyncHTTPClient
internal import SluiceConnection
internal import SluiceGeneration
internal import SluiceWire

/// Why a provider's answer did not come, or not to its end.
struct RelayFailure: Error, Hashable, Sendable {
    /// For machines; one of those that `Docs/ai-streams.md` lists.
    let cause: String
    /// For a person.
    let detail: String
    /// What a client is answered that has got nothing yet.
    private let status: Int

    init(_ cause: String, _ detail: String, status: Int = 502) {
        self.cause = cause
        self.detail = detail
        self.status = status
    }

    /// - Parameter hasBegun: whether the provider had begun to answer.
    init(_ error: any Error, hasBegun: Bool) {
        switch error {
        case let failure as RelayFailure: self = failure
        case let error as Generations.BeginError:
            let problem = Problem(error)
            self.init(problem.type, problem.detail, status: problem.status)
        case let error as BlockSplitter.TooLong:
            self.init("event-too-large", "an event of the provider has more than \(error.maximumBytes) bytes")
        case let error as HTTPClientError where error == .readTimeout:
            self.init("upstream-silent", "the provider was silent for too long", status: 504)
        case let error as HTTPClientError where error == .deadlineExceeded:
            self = .slow
        case let error as HTTPClientError where error == .connectTimeout:
            self.init("upstream-unreachable", "the provider could not be reached in time", status: 504)
        case let error as HTTPClientError where error == .remoteConnectionClosed:
            self = .cut
        default:
            // Whatever broke the connection, or is not HTTP.
            self = hasBegun ? .cut : RelayFailure("upstream-unreachable", "the provider could not be reached")
        }
    }

    static let cut = RelayFailure("upstream-closed", "the provider's stream ended before its answer was complete")
    static let cutEvent = RelayFailure("upstream-closed", "the provider's stream ended in the midst of an event")

    static let slow = RelayFailure("upstream-slow", "the provider's answer took too long", status: 504)

    static func tooLarge(_ maximumBytes: Int) -> RelayFailure {
        RelayFailure("generation-too-large", "the answer has more than \(maximumBytes) bytes")
    }

    var record: GenerationRecord { GenerationRecord(.failed, cause: cause, detail: detail) }

    var problem: Problem { Problem(status, cause, detail) }
}

extension Problem {
    static let cancelled = Problem(409, "generation-cancelled", "the generation was cancelled before it had an answer")

    init(_ error: Generations.BeginError) {
        switch error {
        case .tooMany:
            self = .overloaded("too many generations are under way")
        case .draining:
            self = .draining
        case .taken:
            self.init(409, "generation-exists", "there is a generation of this name already")
        case .log(let error):
            self.init(error)
        }
    }

    init(_ refusal: UpstreamAllowance.Refusal) {
        switch refusal {
        case .busy:
            self.init(429, "upstream-busy", "as many requests as may be are under way to this upstream", retryAfter: 1)
        case .busyForKey:
            self.init(429, "key-busy", "as many requests as may be are under way with this key", retryAfter: 1)
        case .requestsPerMinute(let seconds):
            self.init(429, "rate-limited", "this key has made all the requests of this minute", retryAfter: seconds)
        case .tokensPerHour(let seconds):
            self.init(429, "budget-exhausted", "this key has used all the tokens of this hour", retryAfter: seconds)
        }
        closeCode = .rateLimited
    }
}
