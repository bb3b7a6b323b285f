internal import NIOCore
internal import SluiceTestSupport
internal import SluiceWire

extension FuzzedParser {
    /// The first byte chooses the limit of an event.
    static func checkEventStream(_ input: [UInt8]) throws(BrokenPromise) {
        guard let choice = input.first else { return }
        let bytes = Array(input.dropFirst())
        let limit = 1 << (Int(choice) % 16)
        let whole = EventStreamTranscript(bytes, maximumEventBytes: limit)
        for cuts in [Cuts.everyByte, .random(seed: 1, upTo: 20)] {
            let other = EventStreamTranscript(bytes, maximumEventBytes: limit, cuts: cuts)
            try promise(other == whole, "\(cuts): \(other) and not \(whole)")
        }
        for item in whole.items {
            // A NUL in a type is left out by the encoder, whose types have none.
            guard case .event(let id, let type, let data) = item, type?.utf8.contains(0) != true else { continue }
            var block = ByteBuffer()
            EventStreamEncoder.event(id: id, type: type, data: ByteBuffer(string: data), into: &block)
            let again = EventStreamTranscript(Array(block.readableBytesView)).items
            try promise(again == [item], "\(item) came back as \(again)")
        }
    }
}
