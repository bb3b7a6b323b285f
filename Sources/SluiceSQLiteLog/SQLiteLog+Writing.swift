internal import Dispatch
internal import GRDB
internal import SluiceLog
internal import SluiceTopics
internal import Synchronization

extension SQLiteLog {
    /// The most appends of one commit, and the bytes of data with which it is large enough.
    static let commitAppends = 1024
    static let commitBytes = 8 << 20

    /// Commits what is waiting. On the queue.
    func commitWaiting() {
        commitBatch()
        // Behind what else the queue has to do.
        if front.withLock(\.needsWriter) { queue.async { self.commitWaiting() } }
    }

    func commitBatch() {
        if let batch = front.withLock({ $0.takeBatch() }) { commit(batch) }
    }

    private func commit(_ batch: LogFront.Batch) {
        let time = now()
        var written: [LogFront.Written] = []
        do {
            let began = ContinuousClock.now
            let (view, changes) = try write { state, db in
                state.counters.head = batch.head
                for submission in batch.submissions {
                    switch submission.durability {
                    case .disk:
                        written.append(.inFile(try state.append(submission.request, at: time, db)))
                    case .memory:
                        written.append(.inMemory(after: state.counters.head))
                        state.counters.head += Position(submission.request.publications.count)
                    }
                }
                if state.rules.hasMemoryClass { state.reservePositions() }
            }
            note(written, duration: began.duration(to: .now))
            let head = state.counters.head
            let (results, next) = front.withLock { $0.finish(batch, written, head: head, view, changes, at: time) }
            serve(next)
            for (submission, result) in zip(batch.submissions, results) { submission.completion(result) }
        } catch {
            abandon(batch, error)
        }
    }

    private func note(_ written: [LogFront.Written], duration: Duration) {
        let stored = written.compactMap { written in
            if case .inFile(.success(.stored(let events))) = written { events.count } else { nil }
        }
        guard !stored.isEmpty else { return }
        configuration.onCommit(
            .success(Commit(appends: stored.count, events: stored.reduce(0, +), duration: duration)))
    }

    /// Answers a batch that could not be committed.
    private func abandon(_ batch: LogFront.Batch, _ error: any Error) {
        let code = (error as? DatabaseError)?.resultCode
        // What is wrong with the disk is wrong for all; anything else may be the fault of one.
        let isForAll = batch.submissions.count <= 1 || code == .SQLITE_FULL || code == .SQLITE_IOERR
        guard isForAll else {
            for (index, submission) in batch.submissions.enumerated() {
                let isFollowed = index + 1 < batch.submissions.count
                commit(
                    LogFront.Batch(submissions: [submission], head: front.withLock(\.head), isFollowed: isFollowed))
            }
            return
        }
        front.withLock { $0.abandon(batch) }
        let reason = "\(error)"
        let failure = code == .SQLITE_FULL ? AppendError.storageFull(reason) : .unavailable(reason)
        configuration.onCommit(.failure(failure))
        for submission in batch.submissions { submission.completion(.failure(failure)) }
    }

    /// Changes the log in one transaction: all of it, or nothing.
    func write(
        _ body: (inout LogState, Database) throws -> Void
    ) throws -> (LogFront.FileView, LogState.TopicChanges) {
        dispatchPrecondition(condition: .onQueue(queue))
        do {
            var floor: Position = 0
            try pool.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    try body(&state, db)
                    try state.save(db)
                    floor = try state.floor(db)
                    return .commit
                }
            }
            return (state.view(floor: floor), state.committed())
        } catch {
            state.rolledBack()
            throw error
        }
    }

    // MARK: Maintenance

    package func maintain(completion: @escaping @Sendable () -> Void) {
        queue.async {
            let time = self.now()
            // The lock is taken many times for a little work each, so that nobody waits for long.
            for _ in 0..<64 where self.front.withLock({ $0.maintain(at: time, limit: 256) }) { break }
            self.maintainFile(at: time, completion)
        }
    }

    /// Bit by bit, so that appends come between.
    private func maintainFile(at time: Timestamp, _ completion: @escaping @Sendable () -> Void) {
        var isDone = false
        do {
            let (view, changes) = try write { state, db in isDone = try state.maintain(at: time, db) }
            front.withLock { $0.update(view, changes) }
        } catch {
            // The next call tries again; to go on at once would only fail again.
            return completion()
        }
        if isDone { return completion() }
        queue.async { self.maintainFile(at: time, completion) }
    }
}
