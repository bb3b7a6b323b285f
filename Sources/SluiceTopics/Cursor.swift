/// A place in the log: one counter for all topics, so that one number resumes any selection of them.
/// Positions increase from 1 and may have holes; 0 is before the first event.
package typealias Position = UInt64

/// One incarnation of a log. Positions of different epochs cannot be compared.
package struct Epoch: Hashable, Sendable {
    /// 1 to 32 characters of `a–z` and `0–9`.
    package let text: String

    /// A new incarnation, named by 64 random bits.
    package init(using generator: inout some RandomNumberGenerator) {
        text = String(UInt64.random(in: .min ... .max, using: &generator), radix: 36)
    }

    package init?(_ text: some StringProtocol) {
        let isValid = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard isValid, (1...32).contains(text.utf8.count) else { return nil }
        self.text = String(text)
    }
}

extension Epoch: CustomStringConvertible {
    package var description: String { text }
}

/// What a client keeps to continue where it stopped, on any wire: `<epoch>-<position>`, opaque to it.
package struct Cursor: Hashable, Sendable {
    package var epoch: Epoch
    package var position: Position

    package init(epoch: Epoch, position: Position) {
        self.epoch = epoch
        self.position = position
    }

    /// Nil when the text is not a cursor as `description` writes it: one place has one spelling, so `+7` and `07` are
    /// no positions.
    package init?(_ text: some StringProtocol) {
        guard let hyphen = text.utf8.firstIndex(of: UInt8(ascii: "-")) else { return nil }
        let digits = text[text.utf8.index(after: hyphen)...]
        guard let epoch = Epoch(text[..<hyphen]), let position = Position(digits) else { return nil }
        guard digits.utf8.elementsEqual(String(position).utf8) else { return nil }
        self.init(epoch: epoch, position: position)
    }
}

extension Cursor: CustomStringConvertible {
    /// Every answer to a publish and every event has one, so it is put together without interpolation.
    package var description: String {
        var text = epoch.text
        text += "-"
        text += String(position)
        return text
    }
}
