package import Logging
internal import NIOCore
internal import SluiceGeneration
package import SluiceLog
package import SluiceTopics
internal import Synchronization

/// The generations of this gateway: those under way, and whose requests were paid for already.
package final class Generations: Sendable {
    package struct Configuration: Hashable, Sendable {
        /// Generations under way at once.
        package var maximum = 10_000
        /// How long a generation is kept, and for how long its idempotency key is known.
        package var age = Duration.seconds(86_400)
        /// Idempotency keys that are known at once.
        package var keys = 100_000
        /// Where they are kept, if the log has a file.
        package var durability = Durability.disk

        package init() {}

        /// What the log keeps of them. A generation is never cut at its beginning as long as the whole log has room:
        /// its size is limited while it grows.
        package var rules: [RetentionRule] {
            [Pattern(GenerationEntry.topic), GenerationID.pattern]
                .map { RetentionRule(pattern: $0, maximumAge: age, durability: durability) }
        }
    }

    let log: any EventLog
    private let logger: Logger
    private let configuration: Configuration
    private let guarded: Mutex<Guarded>

    private struct Guarded {
        var active: [GenerationID: Generation] = [:]
        var paid: PaidRequests
        var isStopping = false
    }

    package init(configuration: Configuration, log: any EventLog, logger: Logger) {
        self.configuration = configuration
        self.log = log
        self.logger = logger
        guarded = Mutex(Guarded(paid: PaidRequests(window: configuration.age, maximum: configuration.keys)))
    }

    // MARK: Under way

    /// - Returns: nil when it is not under way; it may have ended.
    func active(_ id: GenerationID) -> Generation? {
        guarded.withLock { $0.active[id] }
    }

    /// Those under way that this principal has begun, in no order.
    func active(of owner: String) -> [Generation] {
        guarded.withLock { $0.active.values.filter { $0.beginning.owner == owner } }
    }

    package var activeCount: Int { guarded.withLock(\.active.count) }

    enum BeginError: Error {
        case tooMany
        case draining
        /// There is, or was, one of this name.
        case taken
        case log(AppendError)
    }

    /// Begins a generation: it can be watched when this returns.
    func begin(
        _ id: GenerationID, _ beginning: GenerationRecord, claim: PaidRequests.Claim? = nil
    ) async throws(BeginError) -> Generation {
        var beginning = beginning
        beginning.id = id.text
        let generation = Generation(
            id: id, beginning: beginning, log: log,
            onEnd: { [weak self] generation in self?.ended(generation, claim: claim) },
            onEndKept: { [weak self] generation in
                let paid = generation.isPaid ? claim : nil
                self?.note(
                    GenerationEntry(id: id, state: generation.state, key: paid?.key, fingerprint: paid?.fingerprint))
            })
        let refusal: BeginError? = guarded.withLock { guarded in
            if guarded.isStopping { return .draining }
            if guarded.active[id] != nil { return .taken }
            if guarded.active.count >= configuration.maximum { return .tooMany }
            guarded.active[id] = generation
            return nil
        }
        if let refusal { throw refusal }
        note(
            GenerationEntry(
                id: id, state: .queued, owner: beginning.owner, upstream: beginning.upstream, key: claim?.key,
                fingerprint: claim?.fingerprint))
        do throws(AppendError) {
            try await generation.begin()
        } catch {
            guarded.withLock { $0.active[id] = nil }
            note(GenerationEntry(id: id, state: .failed))
            if case .topicEnded = error { throw .taken }
            throw .log(error)
        }
        return generation
    }

    private func ended(_ generation: Generation, claim: PaidRequests.Claim?) {
        guarded.withLock { guarded in
            guarded.active[generation.id] = nil
            if let claim, !generation.isPaid { guarded.paid.release(claim, of: generation.id) }
        }
    }

    private func note(_ entry: GenerationEntry) {
        let publication = Publication(
            topic: GenerationEntry.topic, type: GenerationRecord.eventType,
            payload: Payload(text: entry.json, contentType: "application/json"))
        log.append(AppendRequest([publication])) { [logger] result in
            if case .failure(let error) = result {
                logger.warning("a generation could not be noted", metadata: ["id": "\(entry.id)", "error": "\(error)"])
            }
        }
    }

    // MARK: Paid once

    func claim(_ claim: PaidRequests.Claim, for id: GenerationID) -> PaidRequests.Claimed {
        guarded.withLock { $0.paid.claim(claim, for: id, now: .now) }
    }

    func release(_ claim: PaidRequests.Claim, of id: GenerationID) {
        guarded.withLock { $0.paid.release(claim, of: id) }
    }

    // MARK: Starting and stopping

    /// Ends the generations that the gateway was in the midst of when it stopped without notice, and learns which
    /// requests were paid for.
    ///
    /// - Parameter now: the time of day.
    package func recover(at now: Timestamp) async throws(ReadError) {
        var begun: [String: GenerationEntry] = [:]
        var place = ReadPlace.earliest
        while true {
            let request = ReadRequest(
                selection: [Pattern(GenerationEntry.topic)], place: place, maximumEvents: 1000, maximumBytes: 1 << 20)
            let result = await withCheckedContinuation { continuation in
                log.read(request) { continuation.resume(returning: $0) }
            }
            let page = try result.get()
            for event in page.events {
                guard let entry = GenerationEntry(json: event.payload.data.readableBytesView),
                    let id = GenerationID(entry.id)
                else { continue }
                if entry.state.isFinal { begun[entry.id] = nil } else { begun[entry.id] = entry }
                guard let key = entry.key, let fingerprint = entry.fingerprint else { continue }
                let claim = PaidRequests.Claim(key: key, fingerprint: fingerprint)
                // Of the beginning it is not known yet what becomes of it.
                guard entry.state.isFinal else { continue }
                let age = Duration.milliseconds(max(0, now.milliseconds - event.time.milliseconds))
                _ = guarded.withLock { $0.paid.claim(claim, for: id, now: .now - age) }
            }
            place = page.next
            if page.isAtHead { break }
        }
        for entry in begun.values {
            guard let id = GenerationID(entry.id) else { continue }
            let generation = Generation(
                id: id, beginning: GenerationRecord(.queued), log: log, onEnd: { _ in },
                onEndKept: { generation in self.note(GenerationEntry(id: id, state: generation.state)) })
            generation.end(.gatewayStopped)
            logger.notice("a generation was cut off when the gateway stopped", metadata: ["id": "\(entry.id)"])
        }
    }

    /// Ends what is under way: the gateway stops.
    package func stop() {
        let active = guarded.withLock { guarded in
            guarded.isStopping = true
            return guarded.active.values
        }
        for generation in active { generation.stop(.gatewayStopped) }
    }
}

extension GenerationRecord {
    fileprivate static let gatewayStopped = GenerationRecord(
        .failed, cause: "gateway-stopped", detail: "the gateway stopped before the answer was complete")
}

extension Generation {
    /// Whether its request is not to be made again: what broke off is worth another one, and what was cancelled is not
    /// to come back by itself.
    fileprivate var isPaid: Bool { hasBegun && [.complete, .cancelled].contains(state) }
}
