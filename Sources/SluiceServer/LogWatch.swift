internal import Logging
internal import SluiceLog
internal import SluiceSQLiteLog
internal import Synchronization

/// Says once that the log's file takes no events, and once that it does again.
final class LogWatch: Sendable {
    private let isFailing = Atomic(false)
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    func note(_ commit: Result<SQLiteLog.Commit, AppendError>) {
        switch commit {
        case .failure(.storageFull(let reason)), .failure(.unavailable(let reason)):
            guard !isFailing.exchange(true, ordering: .relaxed) else { return }
            logger.error("the log takes no events", metadata: ["reason": "\(reason)"])
        case .failure(.topicEnded), .failure(.keyReused), .failure(.tooLarge), .failure(.mixedDurability):
            break
        case .success:
            guard isFailing.exchange(false, ordering: .relaxed) else { return }
            logger.notice("the log takes events again")
        }
    }
}
