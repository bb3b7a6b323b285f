internal import NIOCore
internal import SluiceTestSupport
internal import SluiceWire

extension FuzzedParser {
    /// The first byte chooses the side, the limit, and whether messages may be compressed.
    static func checkFrames(_ input: [UInt8]) throws(BrokenPromise) {
        guard let choice = input.first else { return }
        let bytes = Array(input.dropFirst())
        let limit = 1 << (Int(choice) >> 4)
        func transcript(_ cuts: Cuts) -> WebSocketTranscript {
            WebSocketTranscript(
                bytes, role: choice & 1 == 0 ? .server : .client, maximumMessageBytes: limit,
                inflater: choice & 2 == 0 ? nil : Inflater(), cuts: cuts)
        }
        let whole = transcript(.none)
        for cuts in [Cuts.everyByte, .random(seed: 1, upTo: 20)] {
            let other = transcript(cuts)
            try promise(other == whole, "\(cuts): \(other) and not \(whole)")
            // A message that is not complete, and the header and the content of a frame behind it.
            try promise(other.mostBuffered <= 2 * limit + 256, "\(other.mostBuffered) bytes held of at most \(limit)")
        }
        for input in whole.inputs {
            switch input {
            case .text(let text):
                try promise(text.readableBytes <= limit, "a message of \(text.readableBytes) bytes of \(limit)")
                try promise(
                    String(validating: text.readableBytesView, as: UTF8.self) != nil, "a text that is not UTF-8")
            case .binary(let data):
                try promise(data.readableBytes <= limit, "a message of \(data.readableBytes) bytes of \(limit)")
            case .ping(let data), .pong(let data):
                try promise(data.readableBytes <= 125, "a control frame of \(data.readableBytes) bytes")
            case .close(_, let reason):
                try promise(reason.utf8.count <= 123, "a reason of \(reason.utf8.count) bytes")
            }
        }
    }
}
