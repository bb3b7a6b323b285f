package import SluiceBus
package import SluiceGeneration
package import SluiceLog
package import SluiceTopics

/// What a request to subscribe or to read asks for, the same on every wire.
package struct SubscribeRequest: Sendable {
    package enum Format: String, Hashable, Sendable {
        /// The data as it was published.
        case raw
        /// The envelope around it.
        case json
        /// Of a generation: the provider's blocks.
        case blocks
        /// Of a generation: the provider's blocks and nothing else, so that it is the provider's answer.
        case verbatim
        /// Of a generation: its text.
        case text
        /// Of a generation: what is added to the answer, as JSON.
        case deltas

        package var onEventStream: DeliveryFormat {
            switch self {
            case .raw: .eventStreamRaw
            case .json: .eventStreamJSON
            case .blocks: .eventStreamBlocks
            case .verbatim: .eventStreamVerbatim
            case .text: .eventStreamText
            case .deltas: .eventStreamDeltas
            }
        }

        /// Without a subprotocol.
        package var onWebSocket: DeliveryFormat {
            switch self {
            case .raw, .json, .blocks, .verbatim: .webSocketRaw
            case .text: .webSocketText
            case .deltas: .webSocketDeltas
            }
        }
    }

    /// An answer as it was at the place where the subscription starts, for who has not seen it.
    package struct Snapshot: Sendable {
        package let answer: AnswerDelta
        package let cursor: Cursor

        package init(answer: AnswerDelta, cursor: Cursor) {
            self.answer = answer
            self.cursor = cursor
        }
    }

    /// At least one.
    package var selection: [Pattern]
    /// The topic in the path, if that is what was asked for, rather than a list in the query.
    package var topic: Topic?
    package var start: Start
    package var format: Format
    /// What is sent before the first event.
    package var snapshot: Snapshot?
    /// Whether every id that a client gets is of an event of the topic, so that the id alone says which topic it was.
    package var hasOnlyOwnIDs = false

    /// A topic of the gateway's own, that the request has asked for by another name.
    package init(own topic: Topic, start: Start, format: Format) {
        self.topic = topic
        self.start = start
        self.format = format
        selection = [Pattern(topic)]
        hasOnlyOwnIDs = true
    }

    /// - Parameters:
    ///   - topic: from the path; nil for `/subscribe`, whose topics are in the query.
    ///   - needsSelection: false where topics are named later, in a WebSocket session.
    ///   - defaultStart: where to begin when the request does not say.
    package init(
        _ request: Request, topic: Topic?, maximumTopics: Int, needsSelection: Bool, defaultStart: Start
    ) throws(Problem) {
        self.topic = topic
        var selection = topic.map { [Pattern($0)] } ?? []
        let named = request.query.all("topic")
        guard topic == nil || named.isEmpty else {
            throw .badRequest("invalid-query", "the path names the topic; for several, use /subscribe?topic=A&topic=B")
        }
        for text in named {
            let pattern: Pattern
            do {
                pattern = try Pattern(text)
            } catch {
                throw .invalidTopic(error)
            }
            if !selection.contains(pattern) { selection.append(pattern) }
            guard selection.count <= maximumTopics else {
                throw .badRequest("too-many-topics", "a subscription has at most \(maximumTopics) topics and patterns")
            }
        }
        guard !selection.isEmpty || !needsSelection else {
            throw .badRequest("no-topic", "name at least one topic or pattern: /subscribe?topic=NAME")
        }
        self.selection = selection
        start = try Start(request) ?? defaultStart
        switch request.query["format"] {
        case nil:
            format = topic == nil ? .json : .raw
        case let text?:
            guard let format = Format(rawValue: text), format == .raw || format == .json else {
                throw .badRequest("invalid-format", "format is 'raw' or 'json', not '\(text.prefix(40))'")
            }
            self.format = format
        }
    }
}

/// Where a subscription begins.
package enum Start: Hashable, Sendable {
    /// At the head of the log: only what comes.
    case latest
    /// At the oldest event there is.
    case earliest
    /// Behind the event with this cursor.
    case after(Cursor)
    /// The client sent what is not a cursor: it has seen something, and nobody knows what.
    case unreadable(String)

    /// What the request says; nil when it says nothing. A browser's own `Last-Event-ID` comes first, so that its
    /// reconnect to the original URL continues instead of starting over.
    ///
    /// - Throws: 400 for `after=` something else.
    package init?(_ request: Request) throws(Problem) {
        if let start = Start(continuing: request) {
            self = start
        } else if let text = request.query["after"] {
            try self.init(after: text)
        } else {
            return nil
        }
    }

    /// Where a client was that comes back; nil for one that comes for the first time.
    package init?(continuing request: Request) {
        let lastEventIDs = [request.header("last-event-id"), request.query["lastEventID"]].compactMap { $0 }
        guard let text = lastEventIDs.first(where: { !$0.isEmpty }) else { return nil }
        self = Cursor(text).map(Start.after) ?? .unreadable(String(text.prefix(200)))
    }

    /// Reads `earliest`, `latest` or a cursor.
    package init(after text: String) throws(Problem) {
        switch text {
        case "earliest": self = .earliest
        case "latest": self = .latest
        default:
            guard let cursor = Cursor(text) else {
                throw .badRequest(
                    "invalid-cursor", "after is a cursor, 'earliest' or 'latest', not '\(text.prefix(80))'")
            }
            self = .after(cursor)
        }
    }

    /// The place in this log, now. A cursor of another epoch, or beyond the head (a log restored from a backup),
    /// means nothing here.
    package func place(in log: any EventLog) -> ReadPlace {
        switch self {
        case .latest: .after(log.head)
        case .earliest: .earliest
        case .after(let cursor):
            cursor.epoch == log.epoch && cursor.position <= log.head ? .after(cursor.position) : .foreign
        case .unreadable: .foreign
        }
    }

    /// The cursor as the client wrote it.
    package var text: String? {
        switch self {
        case .latest, .earliest: nil
        case .after(let cursor): cursor.description
        case .unreadable(let text): text
        }
    }
}

extension Problem {
    package static func invalidTopic(_ error: TopicError) -> Problem {
        .badRequest("invalid-topic", error.description)
    }
}
