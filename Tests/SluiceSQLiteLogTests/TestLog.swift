import Foundation
import NIOCore
import SluiceLog
import SluiceSQLiteLog
import SluiceTopics
import Synchronization
import Testing

/// A log in a folder of its own, that can be opened again, also as a crash would leave it.
final class TestLog: Sendable {
    let folder: TemporaryFolder
    let log: SQLiteLog
    private let sunk = Mutex<[Event]>([])
    private let done: Done

    /// What the sink was told.
    var sink: [Event] { sunk.withLock { $0 } }

    /// How the work with the file went: how many appends each commit had, and what failed.
    var work: [Work] { done.all.withLock { $0 } }

    enum Work: Equatable {
        case committed(Int)
        case failed(SQLiteLog.Work)
    }

    private final class Done: Sendable {
        let all = Mutex<[Work]>([])
    }

    init(
        _ folder: TemporaryFolder, _ adjust: (inout SQLiteLog.Configuration) throws -> Void = { _ in },
        now: @escaping @Sendable () -> Timestamp = { Timestamp(milliseconds: 1_700_000_000_000) }
    ) throws {
        self.folder = folder
        var configuration = SQLiteLog.Configuration()
        configuration.rules = []
        let done = Done()
        self.done = done
        configuration.onCommit = { commit in done.all.withLock { $0.append(.committed(commit.appends)) } }
        configuration.onWork = { work, failure in
            if failure != nil { done.all.withLock { $0.append(.failed(work)) } }
        }
        try adjust(&configuration)
        log = try SQLiteLog(path: folder.path("log"), configuration: configuration, now: now)
        log.attach { [weak self] events in self?.sunk.withLock { $0 += events } }
    }

    /// The files as they are at this moment, in another folder: what a crash leaves.
    func crashed() throws -> TemporaryFolder {
        let copy = try TemporaryFolder()
        for name in ["log", "log-wal"] {
            try FileManager.default.copyItem(atPath: folder.path(name), toPath: copy.path(name))
        }
        return copy
    }

    @discardableResult
    func append(_ topic: String, _ texts: String..., key: String? = nil, ends: Bool = false) async throws -> Receipt {
        let publications = try texts.map {
            Publication(
                topic: try Topic(topic), type: "t", payload: Payload(text: $0, contentType: "text/plain"),
                endsTopic: ends)
        }
        let key = key.map { IdempotencyKey(scope: "s", key: $0, fingerprint: Array(texts.joined().utf8)) }
        return try await append(AppendRequest(publications, idempotencyKey: key))
    }

    func append(_ request: AppendRequest) async throws -> Receipt {
        try await withCheckedContinuation { continuation in
            log.append(request) { continuation.resume(returning: $0) }
        }.get()
    }

    func read(_ patterns: String..., at place: ReadPlace, limit: Int = 1000) async throws -> Page {
        let request = ReadRequest(
            selection: try patterns.map { try Pattern($0) }, place: place, maximumEvents: limit, maximumBytes: 1 << 20)
        return try await withCheckedContinuation { continuation in
            log.read(request) { continuation.resume(returning: $0) }
        }.get()
    }

    func maintain() async {
        await withCheckedContinuation { continuation in log.maintain { continuation.resume() } }
    }
}

extension Page {
    var texts: [String] { events.map(\.text) }
}

extension Event {
    var text: String { String(buffer: payload.data) }
}
