/// The rules of the Prometheus text format, version 0.0.4, and of its data model for names.
enum PrometheusGrammar {
    /// A name of the form `[a-zA-Z_:][a-zA-Z0-9_:]*`: whatever is not allowed becomes `_`.
    static func metricName(_ label: String) -> String {
        name(label, allowingColons: true)
    }

    /// A name of the form `[a-zA-Z_][a-zA-Z0-9_]*`: whatever is not allowed becomes `_`.
    ///
    /// Names that begin with `__` are Prometheus' own, and `le` is the histogram's: those get the prefix
    /// `exported_`, which is what Prometheus itself does when a scraped label collides with one of its own.
    static func labelName(_ dimension: String, kind: MetricKind) -> String {
        let name = name(dimension, allowingColons: false)
        let isReserved =
            switch kind {
            case .counter, .gauge: name.hasPrefix("__")
            case .distribution, .duration: name.hasPrefix("__") || name == "le"
            }
        return isReserved ? "exported_" + name : name
    }

    private static func name(_ raw: String, allowingColons: Bool) -> String {
        var name = ""
        name.reserveCapacity(raw.utf8.count + 1)
        for scalar in raw.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "_":
                name.unicodeScalars.append(scalar)
            case "0"..."9":
                if name.isEmpty { name = "_" }
                name.unicodeScalars.append(scalar)
            case ":" where allowingColons:
                name.unicodeScalars.append(scalar)
            default:
                name.unicodeScalars.append("_")
            }
        }
        return name.isEmpty ? "_" : name
    }

    /// A label's value between its quotes: backslash, quote and line feed are escaped.
    static func escapedLabelValue(_ value: String) -> String {
        escaped(value, quotes: true)
    }

    /// The text of a `# HELP` line: backslash and line feed are escaped.
    static func escapedHelp(_ text: String) -> String {
        escaped(text, quotes: false)
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        func needsEscape(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\n") || (quotes && byte == UInt8(ascii: "\""))
        }
        guard text.utf8.contains(where: needsEscape) else { return text }
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count + 8)
        // By scalars, since "\r\n" is one character and neither of its halves.
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// A sample's value: whole numbers without a fraction, else the shortest digits that read back as the same
    /// number; `NaN`, `+Inf` and `-Inf` as the format spells them.
    static func text(of value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value), whole.magnitude < 1 << 53 { return String(whole) }
        return value.description
    }
}
