/// Why a log in a file does not open.
package enum SQLiteLogError: Error, Hashable, Sendable {
    /// Another process has it.
    case inUse(path: String)
    /// The file is something else.
    case foreign(path: String)
    /// A newer gateway has written it.
    case newer(path: String, version: Int, known: Int)
    case damaged(path: String, reason: String)
    case unusable(path: String, reason: String)
}

extension SQLiteLogError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .inUse(let path):
            "the log '\(path)' is in use: stop the other gateway, or give this one a file of its own"
        case .foreign(let path):
            "'\(path)' is not a log of this gateway: name another file, or move this one away"
        case .newer(let path, let version, let known):
            "the log '\(path)' has schema \(version), and this gateway knows \(known): use the newer gateway that wrote it"
        case .damaged(let path, let reason):
            "the log '\(path)' is damaged (\(reason)): restore a backup, or begin a new log, and move this file away with those "
                + "beside it, '\(path)-wal' and '\(path)-shm'"
        case .unusable(let path, let reason):
            "the log '\(path)' cannot be used: \(reason)"
        }
    }
}
