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
    /// Whether the writer is about to give positions to what it took.
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

    /// - Parameter lastInFile: where the events of the file end, and those of class memory may go on.
    init(
        _ configuration: SQLiteLog.Configuration, head: Position, lastInFile: Position, ended: [Topic: Position],
        _ file: FileView
    ) {
        self.head = head
        hasMemoryClass = configuration.rules.contains { $0.durability == .memory }
        self.ended = ended
        self.file = file
        memory = MemoryLogState(configuration: configuration.memoryClass)
        memory.begin(at: head)
        if configuration.recentBytes > 0 {
            recent = MemoryLogState(configuration: configuration.recentEvents)
            recent?.begin(at: lastInFile)
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
        let count = Position(submission.request.publications.count)
        let isAtOnce =
            submission.durability == .memory && waiting.isEmpty && !isCommitting && head + count <= file.reserved
        guard isAtOnce else {
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

    /// Takes in a batch that was committed.
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
                    if event.isEnd { ended[event.topic] = event.position }
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
        update(view, changes)
        return (results, outgoing.add(events))
    }

    /// Nothing of the batch was done.
    mutating func abandon(_ batch: Batch) {
        isCommitting = batch.isFollowed
        // To reserve positions is tried again when the next of them is used: to go on at once would only fail again.
        if batch.submissions.isEmpty { isWriterCalled = !waiting.isEmpty }
    }

    var hasWaiting: Bool { !waiting.isEmpty }

    /// Whether the writer has to look for more.
    var needsWriter: Bool { isWriterCalled }

    /// Takes in what a transaction did that appended nothing.
    mutating func update(_ view: FileView, _ changes: LogState.TopicChanges) {
        file = view
        for topic in changes.forgotten { ended[topic] = nil }
    }

    /// - Returns: the last position that was given.
    mutating func close() -> Position {
        isClosed = true
        return head
    }

    // MARK: Reading

    enum Reading {
        case page(Page)
        /// The file has to be read too, up to a place; what is in memory already comes with it.
        case file(through: Position, memory: Page?)
    }

    mutating func read(_ selection: ClassifiedSelection, _ request: ReadRequest) -> Reading {
        var request = request
        if request.place.position > head || request.place.isForeign { request.place = .foreign }
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
