internal import NIOCore
internal import SluiceGeneration
internal import SluiceTestSupport

extension FuzzedParser {
    /// The first byte chooses the provider's format.
    static func checkProviderStream(_ input: [UInt8]) throws(BrokenPromise) {
        guard let choice = input.first else { return }
        let format = ProviderFormat.allCases[Int(choice) % ProviderFormat.allCases.count]
        let bytes = Array(input.dropFirst())
        let whole = blocks(of: [ByteBuffer(bytes: bytes)])
        for cuts in [Cuts.everyByte, .random(seed: 1, upTo: 20)] {
            let other = blocks(of: cuts.pieces(of: bytes))
            try promise(other == whole, "\(cuts): \(other) and not \(whole)")
        }
        var answer = AnswerDelta()
        var halves = (AnswerDelta(), AnswerDelta())
        for (number, block) in whole.enumerated() {
            let delta = AnswerDelta(block, format: format)
            answer += delta
            if number < whole.count / 2 { halves.0 += delta } else { halves.1 += delta }
            _ = format.ending(of: block)
        }
        halves.0 += halves.1
        try promise(halves.0 == answer, "\(halves.0) and not \(answer)")
        try promise(answer.json.hasPrefix("{"), "it is written as '\(answer.json)'")
    }

    private static func blocks(of pieces: [ByteBuffer]) -> [ProviderBlock] {
        var splitter = BlockSplitter(maximumBytes: 1 << 20)
        return pieces.flatMap { piece in
            ((try? splitter.append(piece)) ?? []).map { ProviderBlock(String(buffer: $0)) }
        }
    }
}
