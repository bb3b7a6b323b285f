/// A request to an upstream that is complete with the query of a `GET`.
package struct Question: Hashable, Sendable {
    /// The name of the upstream.
    package var upstream: String
    /// What is asked for behind the upstream's URL: a path without its first slash, perhaps with a query.
    package var target: String
    /// What is sent there by `POST`. It asks for a stream.
    package var body: RequestTemplate

    package init(upstream: String, target: String, body: RequestTemplate) {
        self.upstream = upstream
        self.target = target
        self.body = body
    }

    /// Parameters of the query that the gateway itself understands, which no template has.
    package static let ownParameters: Set<String> = ["format", "key", "lastEventID", "ticket"]
}
