/// The fields of `/proc/<pid>/stat` (proc_pid_stat(5)) that the process statistics are made of.
package struct ProcessStat: Hashable, Sendable {
    /// Field 22, `starttime`: clock ticks from the system's boot to the start of the process.
    package var startTicks: UInt64
    /// Field 23, `vsize`: bytes.
    package var virtualBytes: Int
    /// Field 24, `rss`: pages.
    package var residentPages: Int

    /// - Returns: nil if a field is missing or not a number.
    package init?(text: String) {
        // Field 2 is the name of the executable in parentheses, which may itself hold spaces and parentheses.
        guard let nameEnd = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: nameEnd)...].split(whereSeparator: \.isWhitespace)
        let firstField = 3
        guard fields.count > 24 - firstField,
            let startTicks = UInt64(fields[22 - firstField]),
            let virtualBytes = Int(fields[23 - firstField]),
            let residentPages = Int(fields[24 - firstField])
        else { return nil }
        self.startTicks = startTicks
        self.virtualBytes = virtualBytes
        self.residentPages = residentPages
    }
}
