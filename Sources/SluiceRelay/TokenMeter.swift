internal import CoreMetrics
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
        if block.data.utf8.contains(Self.usage) { usage += AnswerDelta(block, format: format) }
    }

    func ended(now: ContinuousClock.Instant) {
        series.duration.recordNanoseconds((now - began).nanoseconds)
        series.inputTokens.increment(by: Int64(usage.usage?.inputTokens ?? 0))
        series.outputTokens.increment(by: Int64(usage.usage?.outputTokens ?? 0))
    }

    private static let usage = Array(#""usage":{"#.utf8)
}

extension Duration {
    fileprivate var nanoseconds: Int64 { Int64(self / .nanoseconds(1)) }
}

extension String.UTF8View {
    fileprivate func contains(_ word: [UInt8]) -> Bool {
        guard let first = word.first else { return true }
        var rest = self[...]
        while let index = rest.firstIndex(of: first) {
            rest = rest[index...]
            if rest.starts(with: word) { return true }
            rest = rest.dropFirst()
        }
        return false
    }
}
