/// How what a subscriber is sent is compressed. What is compressed for one is shared by all with the same coding.
package enum ContentCoding: Hashable, Sendable {
    case identity
    /// Each message of a WebSocket by itself (RFC 7692), for clients with a window of so many bits, 9 to 15.
    case permessageDeflate(windowBits: Int)
    /// All of an event stream as one gzip stream (RFC 1952), of which each event is a block by itself.
    case gzip
}
