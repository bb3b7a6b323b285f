internal import Logging
internal import SluiceSQLiteLog
internal import Synchronization

/// Says once that the log's file fails at something, and once that it does not any more.
final class LogWatch: Sendable {
    private let failing = Mutex<Set<SQLiteLog.Work>>([])
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    /// - Parameter failure: why it failed; nil when it went well.
    func note(_ work: SQLiteLog.Work, _ failure: String?) {
        let isNew = failing.withLock { failing in
            if failure == nil { failing.remove(work) != nil } else { failing.insert(work).inserted }
        }
        guard isNew else { return }
        if let failure {
            logger.error("\(Self.trouble(work))", metadata: ["reason": "\(failure)"])
        } else {
            logger.notice("\(Self.recovery(work))")
        }
    }

    private static func trouble(_ work: SQLiteLog.Work) -> String {
        switch work {
        case .append: "the log takes no events"
        case .read: "the log's file cannot be read"
        case .maintenance: "the log's file cannot be looked after"
        }
    }

    private static func recovery(_ work: SQLiteLog.Work) -> String {
        switch work {
        case .append: "the log takes events again"
        case .read: "the log's file can be read again"
        case .maintenance: "the log's file can be looked after again"
        }
    }
}
