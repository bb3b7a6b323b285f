internal import NIOCore
internal import SluiceTestSupport
internal import SluiceWire

extension FuzzedParser {
    static func checkProxyHeader(_ input: [UInt8]) throws(BrokenPromise) {
        let whole = outcome(of: input, .none)
        for cuts in [Cuts.everyByte, .random(seed: 1, upTo: 20)] {
            let other = outcome(of: input, cuts)
            try promise(other == whole, "\(cuts): \(other) and not \(whole)")
        }
        switch whole {
        case .header(.proxied(let address), let count):
            try promise(IPAddress("\(address)") == address, "\(address) is not read as it is written")
            try promise(count <= ProxyHeader.maximumBytes, "a header of \(count) bytes")
        case .header(.local, let count), .header(.unknown, let count):
            try promise(count <= ProxyHeader.maximumBytes, "a header of \(count) bytes")
        case .incomplete:
            try promise(input.count < ProxyHeader.maximumBytes, "\(input.count) bytes, and more are waited for")
        case .refused:
            break
        }
    }

    private enum Outcome: Equatable {
        case header(ProxyHeader, bytes: Int)
        case refused(ProxyHeaderError)
        case incomplete
    }

    private static func outcome(of input: [UInt8], _ cuts: Cuts) -> Outcome {
        var received = ByteBuffer()
        for piece in cuts.pieces(of: input) {
            received.writeImmutableBuffer(piece)
            do throws(ProxyHeaderError) {
                if let header = try ProxyHeader(readingFrom: &received) {
                    return .header(header, bytes: received.readerIndex)
                }
            } catch {
                return .refused(error)
            }
        }
        return .incomplete
    }
}
