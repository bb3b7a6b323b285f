internal import CoreMetrics
internal import NIOCore
internal import SluiceGeneration

/// Measures one request: when its tokens come, and how many the provider counts.
struct TokenMeter: Sendable {
    private let series: RelayInstruments.Series
    private let format: ProviderFormat
    private let began: ContinuousClock.Instant
    private var latest: ContinuousClock.Instant?
    private var usage = AnswerDelta()

    init(_ series: RelayInstruments.Series, format: ProviderFormat, now: ContinuousClock.Instant) {
        self.series = series
        self.format = format
        began = now
        series.requests.increment()
    }

    /// In and out, as far as the provider has said.
    var tokens: Int { (usage.usage?.inputTokens ?? 0) + (usage.usage?.outputTokens ?? 0) }

    /// A block has come.
    mutating func count(_ block: ProviderBlock, now: ContinuousClock.Instant) {
        guard !block.isEmpty else { return }
        if let latest {
            series.tokenGap.recordNanoseconds((now - latest).nanoseconds)
        } else {
            series.firstToken.recordNanoseconds((now - began).nanoseconds)
        }
        latest = now
        // Only few blocks have it, and they say so.
        if block.data.namesUsage { usage += AnswerDelta(block, format: format) }
    }

    /// An answer that is no stream has come.
    mutating func count(answer: ByteBuffer) {
        usage.usage = TokenUsage(answer: answer.readableBytesView)
    }

    func ended(now: ContinuousClock.Instant) {
        series.duration.recordNanoseconds((now - began).nanoseconds)
        series.inputTokens.increment(by: Int64(usage.usage?.inputTokens ?? 0))
        series.outputTokens.increment(by: Int64(usage.usage?.outputTokens ?? 0))
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 { Int64(self / .nanoseconds(1)) }
}

extension String {
    /// Whether it may hold a member `usage` that is an object.
    fileprivate var namesUsage: Bool {
        let name = Array(#""usage""#.utf8)
        var rest = utf8[...]
        while let quote = rest.firstIndex(of: UInt8(ascii: "\"")) {
            rest = rest[quote...]
            if rest.starts(with: name) {
                let value = rest.dropFirst(name.count).drop { ": \t\r\n".utf8.contains($0) }
                if value.first == UInt8(ascii: "{") { return true }
            }
            rest = rest.dropFirst()
        }
        return false
    }
}
