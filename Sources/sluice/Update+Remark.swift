internal import SluiceClient

extension Update {
    /// What a person who watches is told beside the events, in plain words; nil when there is nothing to say.
    var remark: String? {
        let remark: String
        switch self {
        case .event:
            return nil
        case .connected(let cursor):
            remark = "connected" + (cursor.map { ", going on from \($0)" } ?? "")
        case .disconnected(let reason, let wait):
            remark = "not connected: \(reason); trying again in \(wait.formattedSeconds)"
        case .gap(let gap):
            let topics = gap.topics.joined(separator: ", ")
            let oldest = gap.oldest.map { "it goes on with \($0)" } ?? "there is nothing after them yet"
            remark = "events were lost: \(topics)\(gap.after.map { " after \($0)" } ?? ""); \(oldest)"
        case .ended(let topic):
            remark = "ended: \(topic)"
        }
        return PrintableText(remark).description
    }
}

extension Duration {
    /// Tenths of a second, rounded up, so that no wait is called none.
    fileprivate var formattedSeconds: String {
        let (seconds, attoseconds) = components
        let tenths = seconds * 10 + (attoseconds + 99_999_999_999_999_999) / 100_000_000_000_000_000
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
