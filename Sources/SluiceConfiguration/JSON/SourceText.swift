/// The text of a configuration file, for telling where something stands in it.
struct SourceText: Sendable {
    let name: String
    let bytes: [UInt8]

    /// `name:line:column`, both counted from 1, the column in Unicode scalars.
    func place(of offset: Int) -> String {
        let before = bytes.prefix(offset)
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        // Every byte of UTF-8 but a continuation byte begins a scalar.
        let column = before[lineStart...].count { $0 & 0xC0 != 0x80 } + 1
        return "\(name):\(line):\(column)"
    }
}
