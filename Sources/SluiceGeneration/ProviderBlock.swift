/// One block of a provider's event stream, as a browser would read it (HTML Standard § 9.2.6): the lines up to a blank
/// line, which end in CRLF, LF or CR. Comments and fields other than `event` and `data` are ignored.
package struct ProviderBlock: Hashable, Sendable {
    /// The value of the last `event` field, nil when there was none or it was empty.
    package let event: String?
    /// The values of all `data` fields, joined with LF.
    package let data: String
    /// Whether there was no `data` field, so that a browser would dispatch nothing.
    package let isEmpty: Bool

    /// - Parameter block: with or without the blank line that ended it.
    package init(_ block: some StringProtocol) {
        self =
            block.utf8.withContiguousStorageIfAvailable(ProviderBlock.init(bytes:))
            ?? Array(block.utf8).withUnsafeBufferPointer(ProviderBlock.init(bytes:))
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) {
        var event: String?
        var data: String?
        var rest = bytes[...]
        while let end = rest.firstIndex(where: { $0 == Self.lineFeed || $0 == Self.carriageReturn }) {
            Self.read(rest[..<end], event: &event, data: &data)
            // The LF of a CRLF is then an empty line, which means nothing here.
            rest = rest[(end + 1)...]
        }
        Self.read(rest, event: &event, data: &data)
        self.event = event?.ifNotEmpty
        self.data = data ?? ""
        isEmpty = data == nil
    }

    private static let carriageReturn: UInt8 = 0x0D
    private static let lineFeed: UInt8 = 0x0A
    private static let colon = UInt8(ascii: ":")
    private static let space = UInt8(ascii: " ")

    private static func read(_ line: Slice<UnsafeBufferPointer<UInt8>>, event: inout String?, data: inout String?) {
        if let value = value(of: "data", in: line) {
            let text = String(decoding: value, as: UTF8.self)
            data = data.map { $0 + "\n" + text } ?? text
        } else if let value = value(of: "event", in: line) {
            event = String(decoding: value, as: UTF8.self)
        }
    }

    /// The field's value, which is empty when the line has no colon, or nil when the line is of another field.
    private static func value(
        of field: StaticString, in line: Slice<UnsafeBufferPointer<UInt8>>
    ) -> Slice<UnsafeBufferPointer<UInt8>>? {
        let name = UnsafeBufferPointer(start: field.utf8Start, count: field.utf8CodeUnitCount)
        guard line.starts(with: name) else { return nil }
        let rest = line.dropFirst(name.count)
        guard let first = rest.first else { return rest }
        guard first == colon else { return nil }
        let value = rest.dropFirst()
        return value.first == space ? value.dropFirst() : value
    }
}
