internal import NIOCore
internal import SluiceGeneration
internal import SluiceLog
internal import SluiceTopics
internal import SluiceWire
internal import Synchronization

/// A generation that is under way: what a producer appends to its topic, and who may stop it.
///
/// It belongs to no connection. Its producer, which relays a provider's answer or takes a backend's stream, appends and
/// ends it; anybody with the right to do so cancels it. Whichever end comes first is the one in the log.
final class Generation: Sendable {
    let id: GenerationID
    /// The first record of the topic.
    let beginning: GenerationRecord

    private let log: any EventLog
    private let guarded: Mutex<Guarded>
    private let onEnd: @Sendable (Generation) -> Void
    private let onEndKept: @Sendable (Generation) -> Void

    private struct Guarded {
        var state = GenerationState.queued
        var hasBegun = false
        /// Stops the producer.
        var stop: (@Sendable () -> Void)?
        var appendsInFlight = 0
        var waitingForRoom: CheckedContinuation<Void, Never>?
        var waitingForStart: [@Sendable () -> Void] = []
        /// Whether the log has answered for the end.
        var isEndKept = false
        var waitingForEnd: [@Sendable () -> Void] = []
        var watchers = 0
        /// How often somebody has come or gone.
        var turnover = 0
        var isUnwatchedTimeRunning = false
    }

    /// - Parameters:
    ///   - onEnd: called once, when it ends.
    ///   - onEndKept: called once, when the log has its end.
    init(
        id: GenerationID, beginning: GenerationRecord, log: any EventLog,
        onEnd: @escaping @Sendable (Generation) -> Void, onEndKept: @escaping @Sendable (Generation) -> Void
    ) {
        self.id = id
        self.beginning = beginning
        self.log = log
        self.onEnd = onEnd
        self.onEndKept = onEndKept
        guarded = Mutex(Guarded())
    }

    var state: GenerationState { guarded.withLock(\.state) }

    /// Whether the provider has begun to answer.
    var hasBegun: Bool { guarded.withLock(\.hasBegun) }

    var format: ProviderFormat { beginning.format ?? .text }

    // MARK: The producer

    /// Writes the first record; the topic is there when this returns.
    func begin() async throws(AppendError) {
        let log = log
        let request = AppendRequest([publication(beginning)])
        let result = await withCheckedContinuation { continuation in
            log.append(request) { continuation.resume(returning: $0) }
        }
        _ = try result.get()
    }

    /// - Parameter stop: called once, if somebody stops it, possibly before this returns.
    func whenStopped(_ stop: @escaping @Sendable () -> Void) {
        let isOver = guarded.withLock { guarded in
            if guarded.state.isFinal { return true }
            guarded.stop = stop
            return false
        }
        if isOver { stop() }
    }

    /// The provider has begun to answer.
    func begins() {
        let waiting: [@Sendable () -> Void]? = guarded.withLock { guarded in
            guard guarded.state == .queued else { return nil }
            guarded.state = .streaming
            guarded.hasBegun = true
            defer { guarded.waitingForStart = [] }
            return guarded.waitingForStart
        }
        guard let waiting else { return }
        append([publication(GenerationRecord(.streaming))])
        for action in waiting { action() }
    }

    /// Blocks of the provider, as it framed them. What comes behind the end is dropped.
    func append(_ blocks: [ByteBuffer]) {
        guard !blocks.isEmpty, !state.isFinal else { return }
        append(
            blocks.map { block in
                Publication(topic: id.topic, type: format.rawValue, payload: Payload(block: block))
            })
    }

    /// Ends it, unless it has ended.
    ///
    /// - Returns: whether this was its end.
    @discardableResult
    func end(_ record: GenerationRecord) -> Bool { finish(record).isEnd }

    /// Ends it and has its producer stop.
    ///
    /// - Returns: whether this was its end.
    @discardableResult
    func stop(_ record: GenerationRecord) -> Bool {
        let (isEnd, stop) = finish(record)
        stop?()
        return isEnd
    }

    private func finish(_ record: GenerationRecord) -> (isEnd: Bool, stop: (@Sendable () -> Void)?) {
        precondition(record.state.isFinal, "an end is final")
        let ended = guarded.withLock { guarded -> (stop: (@Sendable () -> Void)?, waiting: [@Sendable () -> Void])? in
            guard !guarded.state.isFinal else { return nil }
            guarded.state = record.state
            defer {
                guarded.stop = nil
                guarded.waitingForStart = []
            }
            return (guarded.stop, guarded.waitingForStart)
        }
        guard let ended else { return (false, nil) }
        appendEnd(publication(record, endsTopic: true), attempts: 600)
        for action in ended.waiting { action() }
        onEnd(self)
        return (true, ended.stop)
    }

    /// Those who watch wait for the end, so it is tried again when the log cannot take it.
    private func appendEnd(_ end: Publication, attempts: Int) {
        log.append(AppendRequest([end])) { result in
            switch result {
            case .success, .failure(.topicEnded):
                self.endIsKept()
            case .failure:
                guard attempts > 1 else { return }
                Task {
                    try? await Task.sleep(for: .seconds(1))
                    self.appendEnd(end, attempts: attempts - 1)
                }
            }
        }
    }

    /// Returns when few enough appends are under way: a log that is slow slows its producers.
    func room() async {
        await withCheckedContinuation { continuation in
            let isFree = guarded.withLock { guarded in
                if guarded.appendsInFlight < Self.maximumAppendsInFlight { return true }
                guarded.waitingForRoom = continuation
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    var hasRoom: Bool { guarded.withLock { $0.appendsInFlight < Self.maximumAppendsInFlight } }

    private static let maximumAppendsInFlight = 64

    /// Who is first in the log is decided there: behind the end, it takes no more.
    private func append(_ publications: [Publication]) {
        guarded.withLock { $0.appendsInFlight += 1 }
        log.append(AppendRequest(publications)) { result in
            let continuation = self.guarded.withLock { guarded in
                guarded.appendsInFlight -= 1
                defer { guarded.waitingForRoom = nil }
                return guarded.waitingForRoom
            }
            continuation?.resume()
            switch result {
            case .success, .failure(.topicEnded): break
            case .failure(let error): self.couldNotAppend(error)
            }
        }
    }

    /// A hole in the answer would be worse than an end.
    private func couldNotAppend(_ error: AppendError) {
        stop(GenerationRecord(.failed, cause: "log-failed", detail: "the log could not keep the answer: \(error)"))
    }

    // MARK: The others

    /// Calls back when the provider has begun to answer, or the end has come without.
    func whenStarted(_ action: @escaping @Sendable () -> Void) {
        let isStarted = guarded.withLock { guarded in
            guard guarded.state == .queued else { return true }
            guarded.waitingForStart.append(action)
            return false
        }
        if isStarted { action() }
    }

    /// Calls back when its end can be read.
    func whenEndKept(_ action: @escaping @Sendable () -> Void) {
        let isKept = guarded.withLock { guarded in
            if !guarded.isEndKept { guarded.waitingForEnd.append(action) }
            return guarded.isEndKept
        }
        if isKept { action() }
    }

    private func endIsKept() {
        let waiting = guarded.withLock { guarded in
            guarded.isEndKept = true
            defer { guarded.waitingForEnd = [] }
            return guarded.waitingForEnd
        }
        onEndKept(self)
        for action in waiting { action() }
    }

    /// Somebody receives it from now on.
    func join() {
        guarded.withLock { guarded in
            guarded.watchers += 1
            guarded.turnover += 1
        }
    }

    /// - Parameter time: after which the generation is cancelled, if nobody else receives it until then; nil for never.
    func leave(cancellingAfter time: TimeAmount?) {
        let turnover: Int? = guarded.withLock { guarded in
            guarded.watchers -= 1
            guarded.turnover += 1
            return guarded.watchers == 0 && !guarded.state.isFinal ? guarded.turnover : nil
        }
        guard let turnover, let time else { return }
        let isAwaited = guarded.withLock { guarded in
            defer { guarded.isUnwatchedTimeRunning = true }
            return guarded.isUnwatchedTimeRunning
        }
        if !isAwaited { awaitWatchers(since: turnover, for: time) }
    }

    private func awaitWatchers(since turnover: Int, for time: TimeAmount) {
        Task {
            try? await Task.sleep(for: .nanoseconds(time.nanoseconds))
            let next: Int? = guarded.withLock { guarded in
                if guarded.watchers == 0, !guarded.state.isFinal { return guarded.turnover }
                guarded.isUnwatchedTimeRunning = false
                return nil
            }
            guard let next else { return }
            // Who has come and gone meanwhile has begun the time anew.
            guard next == turnover else { return awaitWatchers(since: next, for: time) }
            stop(.unwatched)
        }
    }

    private func publication(_ record: GenerationRecord, endsTopic: Bool = false) -> Publication {
        Publication(
            topic: id.topic, type: GenerationRecord.eventType,
            payload: Payload(text: record.json, contentType: "application/json"), endsTopic: endsTopic)
    }
}

extension GenerationRecord {
    static let unwatched = GenerationRecord(.cancelled, cause: "unwatched", detail: "nobody receives it")
}

extension Payload {
    /// A block as text. Bytes that are not UTF-8 become U+FFFD, as in every client of an event stream (HTML Standard §
    /// 9.2.6).
    fileprivate init(block: ByteBuffer) {
        let isText = UTF8Validator.isValid(block)
        self.init(
            data: isText ? block : ByteBuffer(string: String(decoding: block.readableBytesView, as: UTF8.self)),
            encoding: .text)
    }
}
