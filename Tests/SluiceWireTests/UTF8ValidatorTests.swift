import NIOCore
import SluiceTestSupport
import SluiceWire
import Testing

@Suite struct UTF8ValidatorTests {
    static let valid: [[UInt8]] = [
        [], [0x00], [0x7F], [0xC2, 0x80], [0xDF, 0xBF], [0xE0, 0xA0, 0x80], [0xEC, 0xBF, 0xBF], [0xED, 0x80, 0x80],
        [0xED, 0x9F, 0xBF], [0xEE, 0x80, 0x80], [0xEF, 0xBF, 0xBF], [0xF0, 0x90, 0x80, 0x80], [0xF3, 0xBF, 0xBF, 0xBF],
        [0xF4, 0x8F, 0xBF, 0xBF], Array("κόσμε, 世界, 😀 and a longer tail of plain text".utf8),
    ]

    static let invalid: [[UInt8]] = [
        // Continuation bytes without a beginning.
        [0x80], [0xBF], [0x61, 0x80],
        // Overlong forms.
        [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xF0, 0x80, 0x80, 0x80],
        [0xF0, 0x8F, 0xBF, 0xBF],
        // Surrogates.
        [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xED, 0xA0, 0x80, 0xED, 0xB0, 0x80],
        // Beyond U+10FFFF.
        [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF],
        // Cut short by another character.
        [0xC2, 0x61], [0xE2, 0x82, 0x61], [0xF0, 0x9F, 0x98, 0x61], [0xE2, 0xE2], [0xF0, 0x9F, 0xC2],
    ]

    @Test("Valid sequences are accepted and end complete", arguments: valid)
    func acceptsValid(bytes: [UInt8]) {
        var validator = UTF8Validator()
        let result1 = validator.consume(bytes)
        #expect(result1)
        #expect(validator.isComplete)
    }

    @Test("Invalid sequences are refused, wherever they stand and however they are cut", arguments: invalid)
    func refusesInvalid(bytes: [UInt8]) {
        for prefix in 0..<20 {
            let text = Array(repeating: UInt8(ascii: "a"), count: prefix) + bytes
            for cuts in Cuts.all {
                var validator = UTF8Validator()
                let results = cuts.pieces(of: text).map { validator.consume($0.readableBytesView) }
                #expect(results.last == false, "\(text) \(cuts)")
                #expect(!validator.isComplete)
            }
        }
    }

    @Test("A truncated character is valid so far and not complete", arguments: valid.filter { ($0.last ?? 0) >= 0x80 })
    func knowsTruncation(bytes: [UInt8]) {
        var validator = UTF8Validator()
        let result1 = validator.consume(bytes.dropLast())
        #expect(result1)
        #expect(!validator.isComplete)
        let result2 = validator.consume(bytes.suffix(1))
        #expect(result2)
        #expect(validator.isComplete)
    }

    @Test("A buffer's readable bytes are judged as a whole")
    func wholeBuffers() {
        #expect(UTF8Validator.isValid(ByteBuffer()))
        #expect(UTF8Validator.isValid(ByteBuffer(string: "世界")))
        var truncated = ByteBuffer(string: "世界")
        truncated.moveWriterIndex(to: truncated.writerIndex - 1)
        #expect(!UTF8Validator.isValid(truncated))
        truncated.moveReaderIndex(forwardBy: 3)
        #expect(!UTF8Validator.isValid(truncated))
    }

    @Test("What is invalid stays invalid")
    func isSticky() {
        var validator = UTF8Validator()
        let result1 = validator.consume([0xFF])
        #expect(!result1)
        let result2 = validator.consume([0x61])
        #expect(!result2)
        let result3 = validator.consume([UInt8]())
        #expect(!result3)
        #expect(!validator.isComplete)
    }

    @Test("The first byte that cannot be right is refused at once")
    func failsFast() {
        for bytes in Self.invalid {
            var validator = UTF8Validator()
            for (index, byte) in bytes.enumerated() where !validator.consume([byte]) {
                // Whatever followed instead, no text could begin like this.
                let beginning = Array(bytes[...index])
                #expect(!canBeginText(beginning), "\(beginning)")
                #expect(index == 0 || canBeginText(beginning.dropLast()), "\(beginning) should have failed earlier")
                break
            }
        }
    }

    @Test("All sequences of two bytes, and all that three or four make of edge values, are judged as Swift judges them")
    func agreesWithSwiftExhaustively() {
        for first in UInt8.min ... .max {
            for second in UInt8.min ... .max { expectAgreement([first, second]) }
        }
        let edges: [UInt8] = [
            0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0,
            0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
        ]
        for first in edges {
            for second in edges {
                for third in edges {
                    expectAgreement([first, second, third])
                    guard first >= 0xF0 else { continue }
                    for fourth in [0x7F, 0x80, 0xBF, 0xC2] as [UInt8] {
                        expectAgreement([first, second, third, fourth])
                    }
                }
            }
        }
    }

    @Test("Random text with random damage is judged as Swift judges it", arguments: 1...40 as ClosedRange<UInt64>)
    func agreesWithSwiftAtRandom(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        for _ in 0..<20 {
            var bytes = Array(generator.text(40).utf8)
            if Bool.random(using: &generator), let index = bytes.indices.randomElement(using: &generator) {
                bytes[index] = UInt8.random(in: .min ... .max, using: &generator)
            }
            expectAgreement(bytes)
        }
    }

    private func expectAgreement(_ bytes: [UInt8]) {
        var validator = UTF8Validator()
        let isValid = validator.consume(bytes) && validator.isComplete
        if isValid != (String(validating: bytes, as: UTF8.self) != nil) { Issue.record("\(bytes)") }
    }

    /// Whether up to three more bytes can make the beginning valid.
    private func canBeginText(_ beginning: some Collection<UInt8>) -> Bool {
        var candidates = [Array(beginning)]
        for _ in 0...3 {
            if candidates.contains(where: { String(validating: $0, as: UTF8.self) != nil }) { return true }
            candidates = candidates.flatMap { candidate in [0x80, 0x8F, 0x90, 0x9F, 0xA0].map { candidate + [$0] } }
        }
        return false
    }
}
