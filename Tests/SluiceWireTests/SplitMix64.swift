/// A generator whose numbers follow from its seed, so that a failure can be repeated (Steele, Lea and Flood, 2014).
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

extension SplitMix64 {
    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) }
    }

    /// Text in which every kind of character that the codecs treat apart is frequent.
    mutating func text(_ count: Int) -> String {
        let characters: [Unicode.Scalar] = [
            "a", "b", " ", ":", "\"", "\\", "/", "\n", "\r", "\t", "\0", "\u{1F}", "\u{7F}", "\u{85}", "é", "\u{7FF}",
            "\u{800}", "€", "\u{2028}", "\u{2029}", "\u{2027}", "\u{FEFF}", "\u{FFFD}", "\u{FFFF}", "😀", "\u{10FFFF}",
        ]
        var text = ""
        for _ in 0..<count {
            let isPlain = Int.random(in: 0..<3, using: &self) == 0
            text.unicodeScalars.append(isPlain ? "x" : characters.randomElement(using: &self) ?? "x")
        }
        return text
    }
}
