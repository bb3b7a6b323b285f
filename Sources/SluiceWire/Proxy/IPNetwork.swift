/// The addresses that begin with the same bits, written as `10.0.0.0/8` or `fd00::/8`; a single one without a length.
package struct IPNetwork: Hashable, Sendable {
    private let address: IPAddress
    /// How many bits the addresses share: 0 to 32, or to 128.
    private let prefixLength: Int

    /// - Returns: nil unless the text is an address and a length for it, with no bit set behind the length.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = IPAddress(String(parts[0])) else { return nil }
        let bits = address.bytes.count * 8
        guard parts.last?.utf8.first != UInt8(ascii: "+") else { return nil }
        guard let length = parts.count == 2 ? Int(parts[1]) : bits, (0...bits).contains(length) else { return nil }
        self.address = address
        prefixLength = length
        let isBase = (length..<bits).allSatisfy { address.bytes[$0 / 8] & (0x80 >> ($0 % 8)) == 0 }
        guard isBase else { return nil }
    }

    package func contains(_ other: IPAddress) -> Bool {
        guard other.bytes.count == address.bytes.count else { return false }
        return address.bytes.indices.allSatisfy { index in
            let bits = min(max(prefixLength - index * 8, 0), 8)
            let mask = UInt8(truncatingIfNeeded: 0xFF00 >> bits)
            return (address.bytes[index] ^ other.bytes[index]) & mask == 0
        }
    }
}

extension IPNetwork: CustomStringConvertible {
    package var description: String {
        prefixLength == address.bytes.count * 8 ? "\(address)" : "\(address)/\(prefixLength)"
    }
}
