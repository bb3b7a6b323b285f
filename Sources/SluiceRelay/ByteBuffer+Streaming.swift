internal import FoundationEssentials
internal import NIOCore

extension ByteBuffer {
    /// Whether this body of a request says that its answer is to be a stream, as it does for every provider:
    /// `"stream": true`.
    var asksForStream: Bool {
        struct Asked: Decodable {
            let stream: Bool?
        }
        guard readableBytes > 0 else { return false }
        return (try? JSONDecoder().decode(Asked.self, from: Data(readableBytesView)))?.stream ?? false
    }
}
