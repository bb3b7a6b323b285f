import FoundationEssentials
import NIOCore
import SluiceWire

/// A subscriber over Server-Sent Events.
final class EventStream {
    struct Event: Equatable {
        let id: String
        let type: String?
        let data: String

        func json<Value: Decodable>(_ type: Value.Type) throws -> Value {
            try JSONDecoder().decode(type, from: Data(data.utf8))
        }
    }

    /// Where the stream says that it starts.
    func start() throws -> String {
        while let item = try next() {
            if case .event(let id, "sluice.start", _) = item { return id }
        }
        throw ClientError.endedEarly("an event stream")
    }

    let head: Answer
    let connection: HTTPConnection
    private var parser = EventStreamParser(maximumEventBytes: 16 << 20)

    /// - Throws: unless the answer is an event stream.
    init(_ connection: HTTPConnection, target: String, headers: KeyValuePairs<String, String> = [:]) throws {
        var request = "GET \(target) HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
        for (name, value) in headers { request += "\(name): \(value)\r\n" }
        try connection.socket.send(request + "\r\n")
        self.connection = connection
        head = try connection.head()
        guard head.status == 200, head["content-type"] == "text/event-stream" else {
            throw ClientError.unexpected("\(head)")
        }
    }

    /// What a browser would come back with.
    var lastEventID: String { parser.lastEventID }

    /// The next thing that the stream says; nil at its end.
    func next() throws -> EventStreamItem? {
        while true {
            parser.append(connection.inbound)
            connection.inbound = ByteBuffer()
            if let item = try parser.next() { return item }
            guard try connection.socket.receive(into: &connection.inbound) else { return nil }
        }
    }

    /// The next event behind the one that says where the stream starts, whatever comes between.
    func event() throws -> Event {
        while let item = try next() {
            if let event = Event(item), event.type != "sluice.start" { return event }
        }
        throw ClientError.endedEarly("an event stream")
    }

    func events(_ count: Int) throws -> [Event] { try (0..<count).map { _ in try event() } }

    /// Everything up to the end of the stream.
    func rest() throws -> [EventStreamItem] {
        var items: [EventStreamItem] = []
        while let item = try next() { items.append(item) }
        return items
    }
}

extension EventStream.Event {
    /// - Returns: nil for what is no event.
    init?(_ item: EventStreamItem) {
        guard case .event(let id, let type, let data) = item else { return nil }
        self.init(id: id, type: type, data: data)
    }
}
