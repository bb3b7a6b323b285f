internal import NIOCore
internal import SluiceRelay
internal import SluiceTopics

extension UpstreamConfiguration: ListedObject {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, url, format, headers, paths, keys, concurrency, concurrencyPerKey, requestsPerMinute, tokensPerHour
        case requestBytes, answerBytes, eventBytes, generationBytes, connectTime, idleTime, totalTime, retries
        case cancelUnwatchedAfter
    }

    private static let headersFormat = Format<[HeaderTemplate]>.list(.headerTemplate, "a list of header fields")
    private static let keysFormat = Format<Set<String>?>.optional(.set(.keyName, "a list of names of keys"))
    private static let concurrencyFormat = Format<Int>.count(1...100_000)
    private static let rateFormat = Format<Int?>.optional(.count(1...1_000_000_000))
    private static let sizeFormat = Format<Int>.size(.kibibytes(1) ... .gibibytes(1))
    private static let timeFormat = Format<TimeAmount>.time(.milliseconds(100) ... .days(1))
    private static let retriesFormat = Format<Int>.count(0...10)
    private static let unwatchedFormat = Format<TimeAmount?>.optional(.time(.zero ... .days(1)))

    static var kind: String { "an upstream" }

    package init(from decoder: any Decoder) throws {
        let fields = try ObjectFields(decoder, by: CodingKeys.self)
        self.init(
            name: try fields.required(.name, .upstreamName), url: try fields.required(.url, .upstreamURL),
            format: try fields.required(.format, .name), paths: try fields.required(.paths, .patterns))
        headers = try fields.optional(.headers, Self.headersFormat) ?? headers
        keys = try fields.optional(.keys, Self.keysFormat) ?? keys
        cancelUnwatchedAfter = try fields.optional(.cancelUnwatchedAfter, Self.unwatchedFormat) ?? nil
        limits.concurrency = try fields.optional(.concurrency, Self.concurrencyFormat) ?? limits.concurrency
        limits.concurrencyPerKey =
            try fields.optional(.concurrencyPerKey, Self.concurrencyFormat) ?? limits.concurrencyPerKey
        limits.requestsPerMinute = try fields.optional(.requestsPerMinute, Self.rateFormat) ?? nil
        limits.tokensPerHour = try fields.optional(.tokensPerHour, Self.rateFormat) ?? nil
        limits.requestBytes = try fields.optional(.requestBytes, Self.sizeFormat) ?? limits.requestBytes
        limits.answerBytes = try fields.optional(.answerBytes, Self.sizeFormat) ?? limits.answerBytes
        limits.eventBytes = try fields.optional(.eventBytes, Self.sizeFormat) ?? limits.eventBytes
        limits.generationBytes = try fields.optional(.generationBytes, Self.sizeFormat) ?? limits.generationBytes
        limits.connectTime = try fields.optional(.connectTime, Self.timeFormat) ?? limits.connectTime
        limits.idleTime = try fields.optional(.idleTime, Self.timeFormat) ?? limits.idleTime
        limits.totalTime = try fields.optional(.totalTime, Self.timeFormat) ?? limits.totalTime
        limits.retries = try fields.optional(.retries, Self.retriesFormat) ?? limits.retries
    }

    var row: [(key: CodingKeys, value: Literal)] {
        [
            (.name, Format.upstreamName.write(name)), (.url, Format.upstreamURL.write(url)),
            (.format, Format.name.write(format)), (.headers, Self.headersFormat.write(headers)),
            (.paths, Format.patterns.write(paths)), (.keys, Self.keysFormat.write(keys)),
            (.concurrency, Self.concurrencyFormat.write(limits.concurrency)),
            (.concurrencyPerKey, Self.concurrencyFormat.write(limits.concurrencyPerKey)),
            (.requestsPerMinute, Self.rateFormat.write(limits.requestsPerMinute)),
            (.tokensPerHour, Self.rateFormat.write(limits.tokensPerHour)),
            (.requestBytes, Self.sizeFormat.write(limits.requestBytes)),
            (.answerBytes, Self.sizeFormat.write(limits.answerBytes)),
            (.eventBytes, Self.sizeFormat.write(limits.eventBytes)),
            (.generationBytes, Self.sizeFormat.write(limits.generationBytes)),
            (.connectTime, Self.timeFormat.write(limits.connectTime)),
            (.idleTime, Self.timeFormat.write(limits.idleTime)),
            (.totalTime, Self.timeFormat.write(limits.totalTime)), (.retries, Self.retriesFormat.write(limits.retries)),
            (.cancelUnwatchedAfter, Self.unwatchedFormat.write(cancelUnwatchedAfter)),
        ]
    }
}

extension Format where Value == HeaderTemplate {
    /// A field as `Name: value`. Its value is written as it is in the file, so a secret belongs into a variable.
    static var headerTemplate: Format {
        let allowed = "a header field such as \"authorization: Bearer ${API_KEY}\", where ${…} is a variable"
        return text(allowed, write: \.description) { (text) throws(RefusalReason) in
            guard let template = HeaderTemplate(text) else { throw RefusalReason() }
            return template
        }
    }
}

extension Format where Value == String {
    /// What an upstream is called in paths.
    static var upstreamName: Format {
        text("a name of 1 to 64 letters, digits, '-' and '_'", write: \.self) { (text) throws(RefusalReason) in
            let isAllowed = text.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII
                    && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                        || "-_".contains(Character(scalar)))
            }
            guard (1...64).contains(text.utf8.count), isAllowed else { throw RefusalReason() }
            return text
        }
    }

    /// Where an upstream's paths begin.
    static var upstreamURL: Format {
        let allowed = "an http or https URL without query, such as \"https://api.example.org\""
        return text(allowed, write: \.self) { (text) throws(RefusalReason) in
            let rest = ["https://", "http://"].first { text.hasPrefix($0) }.map { text.dropFirst($0.count) }
            guard let rest, let first = rest.utf8.first, first != UInt8(ascii: "/") else { throw RefusalReason() }
            if rest.contains("@") {
                throw RefusalReason(text: "a secret belongs into 'headers', from a variable")
            }
            guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !rest.contains("?"), !rest.contains("#") else {
                throw RefusalReason()
            }
            return text
        }
    }
}
