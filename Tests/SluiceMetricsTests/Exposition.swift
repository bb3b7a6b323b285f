/// The Prometheus text format 0.0.4, read strictly: what Prometheus would forgive or guess at is an error here, and
/// so is whatever the registry promises beyond the format (order, `_total`, complete histograms).
struct Exposition {
    struct Sample: Hashable {
        var name: String
        var labels: [String: String]
        var value: Double
    }

    struct Family {
        var name: String
        var type: String
        var help: String?
        var samples: [Sample] = []
    }

    struct Violation: Error, CustomStringConvertible {
        var reason: String
        var line: String
        var description: String { "\(reason): \(line)" }
    }

    private(set) var families: [Family] = []
    private var pendingHelp: (name: String, text: String)?
    private var seen: Set<String> = []
    private var line = ""

    init(parsing text: String) throws {
        // By scalars here and below, since a line feed behind a carriage return is no character of its own, and
        // neither is a space before a combining mark.
        guard text.unicodeScalars.last == "\n" else {
            throw Violation(reason: "the last line does not end", line: String(text.suffix(40)))
        }
        for line in text.unicodeScalars.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            self.line = String(line)
            try parseLine()
        }
        try check(pendingHelp == nil, "a HELP without a TYPE")
        try closeFamily()
    }

    func family(_ name: String) -> Family? { families.first { $0.name == name } }

    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        families.lazy.flatMap(\.samples).first { $0.name == name && $0.labels == labels }?.value
    }

    private func check(_ condition: Bool, _ reason: String) throws {
        guard condition else { throw Violation(reason: reason, line: line) }
    }

    private mutating func parseLine() throws {
        if line.hasPrefix("# HELP ") {
            try check(pendingHelp == nil, "two HELP in a row")
            try closeFamily()
            let parts = line.unicodeScalars.dropFirst(7)
                .split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            try check(parts.count == 2, "a HELP has a name and a text")
            pendingHelp = (String(parts[0]), try unescape(String(parts[1]), quotes: false))
        } else if line.hasPrefix("# TYPE ") {
            if pendingHelp == nil { try closeFamily() }
            let parts = line.dropFirst(7).split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            try check(parts.count == 2, "a TYPE has a name and a type")
            try check(isName(parts[0], colons: true), "not a metric name")
            try check(["counter", "gauge", "histogram"].contains(parts[1]), "an unknown type")
            try check(pendingHelp.map { $0.name == parts[0] } ?? true, "HELP and TYPE differ in their name")
            try check(families.last.map { $0.name < parts[0] } ?? true, "families are not sorted or not unique")
            families.append(Family(name: parts[0], type: parts[1], help: pendingHelp?.text))
            pendingHelp = nil
        } else {
            try check(pendingHelp == nil, "a HELP without a TYPE")
            try parseSample()
        }
    }

    private mutating func parseSample() throws {
        var rest = line.unicodeScalars[...]
        let name = String(rest.prefix { $0 != "{" && $0 != " " })
        rest = rest.dropFirst(name.unicodeScalars.count)
        try check(isName(name, colons: true), "not a metric name")
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest = rest.dropFirst()
            while true {
                let label = String(rest.prefix { $0 != "=" })
                rest = rest.dropFirst(label.unicodeScalars.count)
                try check(isName(label, colons: false) && !label.hasPrefix("__"), "not a label name")
                try check(rest.starts(with: "=\"".unicodeScalars), "a label without a quoted value")
                rest = rest.dropFirst(2)
                var raw = String.UnicodeScalarView()
                while let scalar = rest.first, scalar != "\"" {
                    raw.append(scalar)
                    rest = rest.dropFirst()
                    if scalar == "\\", let next = rest.first {
                        raw.append(next)
                        rest = rest.dropFirst()
                    }
                }
                try check(rest.first == "\"", "a label's value does not end")
                rest = rest.dropFirst()
                try check(labels[label] == nil, "a label twice")
                labels[label] = try unescape(String(raw), quotes: true)
                if rest.first != "," { break }
                rest = rest.dropFirst()
            }
            try check(rest.first == "}", "the labels do not end")
            rest = rest.dropFirst()
        }
        try check(rest.first == " ", "no space before the value")
        let value = try number(String(rest.dropFirst()))

        guard let family = families.indices.last else {
            throw Violation(reason: "a sample before any TYPE", line: line)
        }
        let base = families[family].name
        switch families[family].type {
        case "histogram":
            try check([base + "_bucket", base + "_sum", base + "_count"].contains(name), "not of this histogram")
            try check((name == base + "_bucket") == (labels["le"] != nil), "le is for buckets")
        case "counter":
            try check(name == base && name.hasSuffix("_total") && value >= 0, "not a sample of this counter")
        default:
            try check(name == base, "not a sample of this family")
        }
        let series = name + labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.debugDescription)" }.joined()
        try check(seen.insert(series).inserted, "a series twice")
        families[family].samples.append(Sample(name: name, labels: labels, value: value))
    }

    /// Checks what can only be said of a whole family: that it has samples, and that a histogram is complete.
    private func closeFamily() throws {
        guard let family = families.last else { return }
        try check(!family.samples.isEmpty, "\(family.name) has no samples")
        guard family.type == "histogram" else { return }

        var groups: [[String: String]: [Sample]] = [:]
        for sample in family.samples {
            var labels = sample.labels
            labels["le"] = nil
            groups[labels, default: []].append(sample)
        }
        for samples in groups.values {
            let buckets = samples.filter { $0.name == family.name + "_bucket" }
            let bounds = try buckets.map { try number($0.labels["le"] ?? "") }
            try check(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "\(family.name): bounds do not ascend")
            try check(bounds.last == .infinity, "\(family.name): no bucket +Inf")
            try check(
                zip(buckets, buckets.dropFirst()).allSatisfy { $0.value <= $1.value },
                "\(family.name): buckets are not cumulative")
            try check(
                samples.dropFirst(buckets.count).map(\.name) == [family.name + "_sum", family.name + "_count"],
                "\(family.name): one sum and one count follow the buckets")
            try check(samples.last?.value == buckets.last?.value, "\(family.name): the count is not the bucket +Inf")
        }
    }

    private func isName(_ text: String, colons: Bool) -> Bool {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = text.utf8.first, !digits.contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
                digits:
                true
            case UInt8(ascii: ":"): colons
            default: false
            }
        }
    }

    private func unescape(_ text: String, quotes: Bool) throws -> String {
        var plain = String.UnicodeScalarView()
        var scalars = text.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "\\" else {
                plain.append(scalar)
                continue
            }
            switch scalars.next() {
            case "\\": plain.append("\\")
            case "n": plain.append("\n")
            case "\"" where quotes: plain.append("\"")
            default: throw Violation(reason: "an unknown escape", line: line)
            }
        }
        return String(plain)
    }

    private func number(_ text: String) throws -> Double {
        switch text {
        case "NaN": return .nan
        case "+Inf": return .infinity
        case "-Inf": return -.infinity
        default:
            guard text.utf8.allSatisfy({ "0123456789+-.e".utf8.contains($0) }), let value = Double(text) else {
                throw Violation(reason: "not a number", line: line)
            }
            return value
        }
    }
}
