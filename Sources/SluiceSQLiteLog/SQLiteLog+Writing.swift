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
            if batch.submissions.isEmpty {
                // Positions were reserved, and appends of class memory went on meanwhile.
                return front.withLock { $0.update(view, changes, at: time) }
            }
            note(written, duration: began.duration(to: .now))
            let head = state.counters.head
            answer(batch, front.withLock { $0.finish(batch, written, head: head, view, changes, at: time) })
        } catch {
            abandon(batch, error)
        }
    }

    private func note(_ written: [LogFront.Written], duration: Duration) {
        let stored = written.compactMap { written in
            if case .inFile(.success(.stored(let events))) = written { events.count } else { nil }
        }
        // What only repeats, is refused or is of class memory says nothing of the file.
        guard !stored.isEmpty else { return }
        configuration.onWork(.append, nil)
        configuration.onCommit(Commit(appends: stored.count, events: stored.reduce(0, +), duration: duration))
    }

    /// Answers a batch that could not be committed.
    private func abandon(_ batch: LogFront.Batch, _ error: any Error) {
        let code = (error as? DatabaseError)?.resultCode
        // What is wrong with the disk is wrong for all; what is wrong with a row may be the fault of one.
        let isOfOne: Bool =
            switch code {
            case nil, .SQLITE_CONSTRAINT, .SQLITE_TOOBIG, .SQLITE_MISMATCH, .SQLITE_CORRUPT: true
            default: false
            }
        guard !isOfOne || batch.submissions.count <= 1 else {
            for (index, submission) in batch.submissions.enumerated() {
                let isFollowed = index + 1 < batch.submissions.count
                commit(
                    LogFront.Batch(submissions: [submission], head: front.withLock(\.head), isFollowed: isFollowed))
            }
            return
        }
        let reason = "\(error)"
        let failure = code == .SQLITE_FULL ? AppendError.storageFull(reason) : .unavailable(reason)
        configuration.onWork(batch.submissions.isEmpty ? .maintenance : .append, reason)
        let time = now()
        answer(batch, front.withLock { $0.abandon(batch, failure, at: time) })
    }

    /// The completions come first: this thread may be busy for a while with what others append.
    private func answer(_ batch: LogFront.Batch, _ done: ([Result<Receipt, AppendError>], SinkQueue.Next)) {
        for (submission, result) in zip(batch.submissions, done.0) { submission.completion(result) }
        serve(done.1)
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
            front.withLock { $0.update(view, changes, at: time) }
            if isDone { try restartLongWAL() }
            configuration.onWork(.maintenance, isInPlace ? nil : "'\(path)' was removed or replaced: stop the gateway")
        } catch {
            // The next call tries again; to go on at once would only fail again.
            configuration.onWork(.maintenance, "\(error)")
            return completion()
        }
        if isDone { return completion() }
        queue.async { self.maintainFile(at: time, completion) }
    }

    /// Whether the file is still the one that was opened.
    private var isInPlace: Bool { LogFile.identity(path) == identity }

    /// SQLite writes on at the end of the write-ahead log for as long as somebody reads what is in it. When it is long,
    /// readers wait until all of it is in the file; from then on they do not need it.
    private func restartLongWAL() throws {
        guard Self.size(path + "-wal") > Self.longWAL else { return }
        try pool.barrierWriteWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)") }
    }

    /// In bytes; several times what SQLite lets it become before it looks after it by itself.
    private static let longWAL = 16 << 20
}
