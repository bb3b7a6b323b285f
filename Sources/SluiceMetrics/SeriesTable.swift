/// The series there are, by family, with a bound on their number.
struct SeriesTable: Sendable {
    struct Family: Sendable {
        let kind: MetricKind
        let help: String?
        /// By labels.
        var series: [String: any Series] = [:]
    }

    /// By name.
    private(set) var families: [String: Family] = [:]
    private var sampleNames: Set<String> = []
    private var seriesCount = 0
    private let maximumSeries: Int

    init(maximumSeries: Int) {
        self.maximumSeries = maximumSeries
    }

    /// The series of an identity, made if it is new.
    ///
    /// - Returns: nil if it is refused: there is no room for it, or its name belongs to a metric of another kind.
    mutating func register<Handler: Series>(
        _ identity: SeriesIdentity, kind: MetricKind, help: String?, make: (SeriesIdentity) -> Handler
    ) -> Handler? {
        if let family = families[identity.family] {
            guard family.kind == kind else { return nil }
            if let series = family.series[identity.labels] { return series as? Handler }
        } else {
            guard sampleNames.isDisjoint(with: kind.sampleNames(of: identity.family)) else { return nil }
        }
        guard seriesCount + kind.seriesPerHandler <= maximumSeries else { return nil }

        seriesCount += kind.seriesPerHandler
        sampleNames.formUnion(kind.sampleNames(of: identity.family))
        let handler = make(identity)
        families[identity.family, default: Family(kind: kind, help: help)].series[identity.labels] = handler
        return handler
    }

    /// Takes a series out, and with the last one its family. Does nothing if it is not the one in the table, as
    /// when it was removed before and another has taken its place.
    mutating func remove(_ series: any Series) {
        let identity = series.identity
        guard families[identity.family]?.series[identity.labels] === series,
            let kind = families[identity.family]?.kind
        else { return }
        families[identity.family]?.series[identity.labels] = nil
        seriesCount -= kind.seriesPerHandler
        if families[identity.family]?.series.isEmpty == true {
            families[identity.family] = nil
            sampleNames.subtract(kind.sampleNames(of: identity.family))
        }
    }
}
