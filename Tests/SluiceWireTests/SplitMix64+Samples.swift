import SluiceTestSupport

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
