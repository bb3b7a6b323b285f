internal import DequeModule
internal import SluiceLog
internal import SluiceMemoryLog
internal import SluiceTopics

/// What the log keeps in memory, as a value for a lock to guard: the order of all events, the topics of class memory,
/// the newest events of the file, and who waits for the writer.
///
/// An append of class memory is done at once while no other is waiting for the disk; behind one that is, it waits too,
/// as the log has one order.
struct LogFront {
    /// The topics of class memory, all of them.
    private var memory: MemoryLogState
    /// The newest events of the other topics, to be read without the file, if there is to be any memory for them. What is
    /// not here any more is in the file.
    private var recent: MemoryLogState?
    private var file: FileView
    /// The topics of class disk that have had their last event.
    private var ended: [Topic: Position]

    /// The position of the newest event that can be read.
    private(set) var head: Position
    private var waiting: Deque<Submission> = []
    private var isWriterCalled = false
    /// Whether the writer is about to give positions to appends that it took: nothing may pass them.
    private var isCommitting = false
    private var isClosed = false
    private let hasMemoryClass: Bool
    private var outgoing = SinkQueue()
    private var pages = (fromMemory: UInt64(0), fromFile: UInt64(0))

    struct Submission: Sendable {
        let request: AppendRequest
        let durability: Durability
        let completion: @Sendable (Result<Receipt, AppendError>) -> Void
    }

    /// What the last commit left.
    struct FileView: Sendable {
        var floor: Position
        var losses: UInt64
        var reserved: Position
        var statistics: LogStatistics
    }

    /// - Parameter completeBehind: from where on no topic of the file can have had an event before now.
    init(
        _ configuration: SQLiteLog.Configuration, head: Position, completeBehind: Position, ended: [Topic: Position],
        _ file: FileView
    ) {
        self.head = head
        hasMemoryClass = configuration.rules.contains { $0.durability == .memory }
        self.ended = ended
        self.file = file
        memory = MemoryLogState(configuration: configuration.memoryClass)
        if hasMemoryClass { memory.begin(at: head) }
        if configuration.recentBytes > 0 {
            recent = MemoryLogState(configuration: configuration.recentEvents)
            recent?.begin(at: completeBehind)
        }
        advance(to: head)
    }

    private mutating func advance(to position: Position) {
        head = position
        memory.head = position
        recent?.head = position
    }

    mutating func attach(_ sink: @escaping SinkQueue.Sink) { outgoing.attach(sink) }

    mutating func takeOutgoing() -> (events: [Event], sink: SinkQueue.Sink)? { outgoing.next() }

    // MARK: Appending

    enum Submitted {
        case done(Result<Receipt, AppendError>, SinkQueue.Next)
        case waiting
    }

    /// - Returns: what became of it, and whether the writer is to be called.
    mutating func submit(_ submission: Submission, at now: Timestamp) -> (Submitted, callsWriter: Bool) {
        if isClosed { return (.done(.failure(.unavailable("the log is closed")), .nothing), false) }
        guard waiting.isEmpty, !isCommitting, isWithinReserve(submission) else {
            waiting.append(submission)
            return (.waiting, callWriter())
        }
        let result = memory.append(submission.request, at: now)
        advance(to: memory.head)
        let next = (try? result.get()).map { outgoing.add($0.events) } ?? .nothing
        return (.done(result.map(\.receipt), next), isReserveLow && callWriter())
    }

    private mutating func callWriter() -> Bool {
        defer { isWriterCalled = true }
        return !isWriterCalled
    }

    /// Whether the writer is to reserve positions, before there are none left.
    private var isReserveLow: Bool {
        hasMemoryClass && LogState.areFewPositionsLeft(head: head, reserved: file.reserved)
    }

    /// What the writer does next, all of it together.
    struct Batch {
        var submissions: [Submission]
        /// The position behind which they go.
        var head: Position
        /// Whether what was submitted before is still to come: nothing may pass it.
        var isFollowed = false
    }

    /// - Returns: nil when there is nothing to do.
    mutating func takeBatch() -> Batch? {
        var bytes = 0
        let submissions = Array(
            waiting.prefix(SQLiteLog.commitAppends).prefix { submission in
                defer { bytes += submission.request.publications.reduce(0) { $0 + $1.dataBytes } }
                return bytes < SQLiteLog.commitBytes
            })
        waiting.removeFirst(submissions.count)
        isWriterCalled = !submissions.isEmpty || isReserveLow
        isCommitting = !submissions.isEmpty
        return isWriterCalled ? Batch(submissions: submissions, head: head) : nil
    }

    /// What the writer did for one submission.
    enum Written {
        case inFile(Result<Appended, AppendError>)
        /// It is of class memory; its events go behind this position.
        case inMemory(after: Position)
    }

    /// Takes in a batch of appends that was committed.
    ///
    /// - Parameter head: the last position that the batch took.
    mutating func finish(
        _ batch: Batch, _ written: [Written], head: Position, _ view: FileView, _ changes: LogState.TopicChanges,
        at now: Timestamp
    ) -> ([Result<Receipt, AppendError>], SinkQueue.Next) {
        var events: [Event] = []
        let results = zip(batch.submissions, written).map { submission, written in
            let result: Result<Appended, AppendError>
            switch written {
            case .inFile(let done):
                result = done
                for event in (try? done.get())?.events ?? [] {
                    let start = changes.new.contains(event.topic) ? changes.newLostThrough : nil
                    recent?.adopt(event, completeBehind: start, at: now)
                }
            case .inMemory(let position):
                memory.head = position
                result = memory.append(submission.request, at: now)
            }
            if case .success(let appended) = result { events += appended.events }
            return result.map(\.receipt)
        }
        advance(to: head)
        isCommitting = batch.isFollowed
        update(view, changes, at: now)
        return (results, outgoing.add(events))
    }

    /// The file took nothing of the batch. What needs no file is done all the same, as far as positions are reserved.
    mutating func abandon(
        _ batch: Batch, _ failure: AppendError, at now: Timestamp
    ) -> ([Result<Receipt, AppendError>], SinkQueue.Next) {
        var events: [Event] = []
        let results = batch.submissions.map { submission -> Result<Receipt, AppendError> in
            guard isWithinReserve(submission) else { return .failure(failure) }
            let result = memory.append(submission.request, at: now)
            advance(to: memory.head)
            if case .success(let appended) = result { events += appended.events }
            return result.map(\.receipt)
        }
        isCommitting = batch.isFollowed
        // To reserve positions is tried again when the next of them is used: to go on at once would only fail again.
        if batch.submissions.isEmpty { isWriterCalled = !waiting.isEmpty }
        return (results, outgoing.add(events))
    }

    /// Whether it can be done without the file.
    private func isWithinReserve(_ submission: Submission) -> Bool {
        submission.durability == .memory && head + Position(submission.request.publications.count) <= file.reserved
    }

    var hasWaiting: Bool { !waiting.isEmpty }

    /// Whether the writer has to look for more.
    var needsWriter: Bool { isWriterCalled }

    /// Takes in what a transaction did beside appending.
    mutating func update(_ view: FileView, _ changes: LogState.TopicChanges, at now: Timestamp) {
        file = view
        // What the file has lost is lost: a page from memory that still had it could not tell what follows from a gap.
        for (topic, position) in changes.evicted { recent?.evict(topic, through: position, at: now) }
        for topic in changes.forgotten { ended[topic] = nil }
        for (topic, position) in changes.ended { ended[topic] = position }
    }

    /// No append is taken any more.
    mutating func close() {
        isClosed = true
    }

    // MARK: Reading

    enum Reading {
        case page(Page)
        /// The file has to be read too, up to a place; the page of the topics that are in no file comes with it.
        case file(through: Position, memory: Page?)
    }

    mutating func read(_ selection: ClassifiedSelection, _ request: ReadRequest) -> Reading {
        let request = request.within(head: head)
        let inMemory = selection.memory.map { memory.read($0, request) }
        guard let page = inMemory.map({ merging($0, selection, request) }) ?? recentPage(selection, request) else {
            pages.fromFile += 1
            return .file(through: head, memory: inMemory)
        }
        pages.fromMemory += 1
        return .page(page)
    }

    private mutating func merging(
        _ inMemory: Page, _ selection: ClassifiedSelection, _ request: ReadRequest
    ) -> Page? {
        if selection.disk == nil { return inMemory }
        return recentPage(selection, request).map { Page(merging: inMemory, $0, for: request) }
    }

    /// A page of events of the file, if all that it may hold are here.
    private mutating func recentPage(_ selection: ClassifiedSelection, _ request: ReadRequest) -> Page? {
        guard let disk = selection.disk, recent?.hasAll(of: disk, after: request.place.position) ?? false,
            var page = recent?.read(disk, request)
        else { return nil }
        page.next.losses = LossCount(inFile: file.losses)
        page.gaps = request.place.isForeign ? selection.diskPatterns : []
        page.ended = selection.diskPatterns.compactMap { pattern in
            guard let topic = pattern.topic, let end = ended[topic], end <= page.next.position else { return nil }
            return EndedTopic(topic: topic, position: end)
        }
        return page
    }

    // MARK: Looking after it

    /// - Returns: whether that was all.
    mutating func maintain(at now: Timestamp, limit: Int) -> Bool {
        let isDone = memory.maintain(at: now, limit: limit)
        return recent?.maintain(at: now, limit: limit) ?? true && isDone
    }

    /// The oldest place from which gaps are decided exactly.
    var floor: Position { max(file.floor, memory.floor) }

    var statistics: LogStatistics {
        var statistics = file.statistics
        let inMemory = memory.statistics
        statistics.topics += inMemory.topics
        statistics.events += inMemory.events
        statistics.bytes += inMemory.bytes
        statistics.evictedEvents += inMemory.evictedEvents
        statistics.file = FileStatistics(
            fileBytes: 0, walBytes: 0, memoryBytes: memory.bytes + (recent?.bytes ?? 0),
            pagesFromMemory: pages.fromMemory,
            pagesFromFile: pages.fromFile)
        return statistics
    }
}
