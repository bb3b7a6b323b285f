package import NIOCore
package import SluiceConnection
package import SluiceTopics

/// A model provider that requests are relayed to.
package struct UpstreamConfiguration: Hashable, Sendable {
    /// What the streams of an upstream are written in.
    package enum StreamFormat: String, Hashable, Sendable, CaseIterable {
        /// Anthropic Messages.
        case anthropic
        /// OpenAI Chat Completions and Responses, and whoever speaks them too.
        case openai
    }

    /// As in `/relay/{name}/…`.
    package var name: String
    /// The scheme, host and port of the provider, and what its paths begin with.
    package var url: String
    package var format: StreamFormat
    /// Header fields that every request gets in place of the client's, secrets included.
    package var headers: [HeaderTemplate] = []
    /// The paths that may be asked for, without the first slash, as patterns of topics are written.
    package var paths: [Pattern]
    /// The names of the keys that may use it; nil for all keys, and on a gateway without keys for everybody.
    package var keys: Set<String>?
    package var limits = Limits()

    package struct Limits: Hashable, Sendable {
        /// Requests under way at once, for all and for each principal.
        package var concurrency = 1000
        package var concurrencyPerKey = 100
        /// Requests that each principal may begin in a minute; nil for any number.
        package var requestsPerMinute: Int?
        /// The tokens, in and out, that each principal may have used in an hour when a request begins; nil for any
        /// number.
        package var tokensPerHour: Int?
        package var requestBytes = 32 << 20
        /// Of an answer that is not a stream.
        package var answerBytes = 32 << 20
        /// Of one event.
        package var eventBytes = 4 << 20
        /// Of all events of a generation.
        package var generationBytes = 16 << 20
        package var connectTime = TimeAmount.seconds(10)
        /// How long the provider may be silent, before its answer and within it.
        package var idleTime = TimeAmount.minutes(5)
        /// How long a whole answer may take.
        package var totalTime = TimeAmount.minutes(30)
        /// How often a request is sent again when the provider could not be reached, or answered 503.
        package var retries = 1

        package init() {}
    }

    /// After how long without anybody who receives it a generation is cancelled; nil for never.
    package var cancelUnwatchedAfter: TimeAmount?

    package init(name: String, url: String, format: StreamFormat, paths: [Pattern]) {
        self.name = name
        self.url = url
        self.format = format
        self.paths = paths
    }

    /// - Parameter path: percent-encoded, without the first slash.
    /// - Throws: 400 for a path that says something else when it is decoded, 403 for one that is not listed.
    package func checkPath(_ path: some StringProtocol) throws(Problem) {
        let decoded: Topic
        do {
            decoded = try Topic(percentEncodedPath: path)
        } catch {
            throw .badRequest("invalid-path", "the path behind the upstream's name: \(error.description)")
        }
        guard paths.contains(where: { $0.matches(decoded) }) else {
            throw .forbidden("the upstream '\(name)' is not asked for '\(decoded.name.prefix(200))' here")
        }
    }
}
