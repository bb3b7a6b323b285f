internal import Dispatch
internal import Foundation
internal import GRDB
package import SluiceLog
internal import SluiceMemoryLog
package import SluiceTopics
internal import Synchronization

/// The log that lives in a file: what was answered is there after a crash, a restart or a loss of power, and the epoch
/// with it. Topics of class memory live beside it, in the same order.
///
/// One writer takes all appends that are waiting and commits them together; then come the sink and the completions, in
/// log order. What is read is in memory, if it is new enough; else it is of one snapshot of the file, beside the writer.
package final class SQLiteLog: EventLog {
    package let epoch: Epoch

    let now: @Sendable () -> Timestamp
    let configuration: Configuration
    let pool: DatabasePool
    let queue = DispatchQueue(label: "sluice.log")
    let front: Mutex<LogFront>
    /// Touched by nobody but what runs on the queue, one after the other.
    nonisolated(unsafe) var state: LogState
    let path: String
    /// Of the file that was opened.
    let identity: LogFile.Identity?
    /// Whether there was no log before.
    package let isNew: Bool
    private let lock: FileLock
    private let rules: RuleTable

    /// Opens the log in a file, or makes it.
    ///
    /// - Throws: `SQLiteLogError`, when the file is not one of this log's, is in use, or cannot be used. It is never
    ///   replaced by a new one.
    package init(path: String, configuration: Configuration, now: @escaping @Sendable () -> Timestamp) throws {
        self.now = now
        self.configuration = configuration
        let path = LogFile.resolved(path)
        self.path = path
        lock = try FileLock(besides: path)
        isNew = !LogFile.exists(path)
        pool = try LogFile.open(path)
        identity = LogFile.identity(path)
        let (state, epoch, completeBehind, file) = try LogFile.failing(path) { [pool] in
            try pool.write { db in
                var state = try LogState(configuration, db)
                let completeBehind = try state.begin(at: now(), db)
                try state.save(db)
                _ = state.committed()
                return (state, try LogFile.epoch(db), completeBehind, state.view(floor: try state.floor(db)))
            }
        }
        self.epoch = epoch
        rules = state.rules
        front = Mutex(
            LogFront(
                configuration, head: state.counters.head, completeBehind: completeBehind, ended: state.ended, file))
        self.state = state
    }

    package var head: Position { front.withLock(\.head) }
    package var floor: Position { front.withLock(\.floor) }

    package var statistics: LogStatistics {
        var statistics = front.withLock(\.statistics)
        statistics.file?.fileBytes = Self.size(path)
        statistics.file?.walBytes = Self.size(path + "-wal")
        return statistics
    }

    static func size(_ path: String) -> Int {
        (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    }

    package func attach(sink: @escaping @Sendable ([Event]) -> Void) {
        front.withLock { $0.attach(sink) }
    }

    // MARK: Appending

    package func append(
        _ request: AppendRequest, completion: @escaping @Sendable (Result<Receipt, AppendError>) -> Void
    ) {
        guard let durability = durability(of: request) else { return completion(.failure(.mixedDurability)) }
        let submission = LogFront.Submission(
            request: request.compacted, durability: durability, completion: completion)
        let time = now()
        let (submitted, callsWriter) = front.withLock { $0.submit(submission, at: time) }
        if callsWriter { queue.async { self.commitWaiting() } }
        switch submitted {
        case .done(let result, let next):
            // The completion comes first: this thread may be busy for a while with what others append.
            completion(result)
            serve(next)
        case .waiting:
            break
        }
    }

    /// Nil when the topics are of different classes.
    private func durability(of request: AppendRequest) -> Durability? {
        guard rules.hasMemoryClass else { return .disk }
        let durability = rules.durability(of: request.publications[0].topic)
        let isOne = request.publications.dropFirst().allSatisfy { rules.durability(of: $0.topic) == durability }
        return isOne ? durability : nil
    }

    /// Tells the sink, if that is on this thread to do.
    func serve(_ next: SinkQueue.Next) {
        switch next {
        case .serve: while let (events, sink) = front.withLock({ $0.takeOutgoing() }) { sink(events) }
        case .nothing: break
        }
    }

    // MARK: Reading

    package func read(_ request: ReadRequest, completion: @escaping @Sendable (Result<Page, ReadError>) -> Void) {
        var request = request
        var seen: Set<Pattern> = []
        request.selection = request.selection.filter { seen.insert($0).inserted }
        let selection = ClassifiedSelection(request.selection, rules)
        switch front.withLock({ $0.read(selection, request) }) {
        case .page(let page):
            completion(.success(page))
        case .file(let head, let memory):
            readFile(request, selection.diskPatterns, through: head, with: memory, completion)
        }
    }

    /// - Parameter memory: the page of the topics that are in no file.
    private func readFile(
        _ request: ReadRequest, _ patterns: [Pattern], through head: Position, with memory: Page?,
        _ completion: @escaping @Sendable (Result<Page, ReadError>) -> Void
    ) {
        let configuration = configuration
        pool.asyncRead { result in
            do {
                var fromFile = request.within(head: head)
                fromFile.selection = patterns
                let page = try PageReader(fromFile, configuration, result.get()).read(through: head)
                completion(.success(memory.map { Page(merging: $0, page, for: request) } ?? page))
                configuration.onWork(.read, nil)
            } catch {
                configuration.onWork(.read, "\(error)")
                completion(.failure(.unavailable("\(error)")))
            }
        }
    }

    // MARK: Closing

    package func close() async {
        await withCheckedContinuation { continuation in
            queue.async {
                self.front.withLock { $0.close() }
                while self.front.withLock(\.hasWaiting) { self.commitBatch() }
                let head = self.front.withLock(\.head)
                _ = try? self.write { state, _ in state.releasePositions(behind: head) }
                // What is left in the write-ahead log is no loss, but the file alone is then not all of the log.
                try? self.pool.writeWithoutTransaction(LogFile.checkpoint)
                try? self.pool.close()
                self.lock.release()
                continuation.resume()
            }
        }
    }
}
