import NIOCore
import SluiceGeneration
import SluiceLog
import SluiceTopics
import SluiceWire
import Testing

@testable import SluiceBus

/// What those get who watch a generation's topic.
@Suite struct GenerationDeliveryTests {
    private let topic = Topic(unchecked: "$generations/a")
    private let epoch: Epoch

    init() throws {
        epoch = try #require(Epoch("t"))
    }

    private func event(_ position: Position, _ type: String, _ text: String, isEnd: Bool = false) -> Event {
        Event(
            position: position, topic: topic, type: type, payload: Payload(text: text),
            time: Timestamp(milliseconds: 0), isEnd: isEnd)
    }

    private var events: [Event] {
        [
            event(1, "sluice.generation", #"{"state":"streaming"}"#), event(2, "text", "data: Hel\n\n"),
            event(3, "text", "data: lo\r\n\r\n"), event(4, "text", ": nothing\n\n"),
            event(5, "sluice.generation", #"{"state":"complete"}"#, isEnd: true),
        ]
    }

    private func one(_ format: DeliveryFormat) -> [String] {
        events.map { String(buffer: format.encode($0, epoch: epoch)) }
    }

    private func merged(_ format: DeliveryFormat) -> String {
        String(buffer: format.encodeMerged(events, epoch: epoch))
    }

    @Test("blocks come as they are, with the event's id before their end, and records as events")
    func blocks() {
        #expect(
            one(.eventStreamBlocks) == [
                "id: t-1\nevent: sluice.generation\ndata: {\"state\":\"streaming\"}\n\n", "data: Hel\nid: t-2\n\n",
                "data: lo\r\nid: t-3\n\n", ": nothing\nid: t-4\n\n",
                "id: t-5\nevent: sluice.generation\ndata: {\"state\":\"complete\"}\n\n",
            ])
        #expect(one(.eventStreamVerbatim) == ["", "data: Hel\n\n", "data: lo\r\n\r\n", ": nothing\n\n", ""])
    }

    @Test("text comes as it is added, with a last word behind the end")
    func text() {
        let start = "id: t-1\nevent: sluice.generation\ndata: {\"state\":\"streaming\"}\n\n"
        let end = "event: sluice.generation\ndata: {\"state\":\"complete\"}\n\nid: t-5\ndata: [DONE]\n\n"
        #expect(
            one(.eventStreamText) == [start, "id: t-2\ndata: Hel\n\n", "id: t-3\ndata: lo\n\n", "", end])
        #expect(merged(.eventStreamText) == start + "id: t-4\ndata: Hello\n\n" + end)
    }

    @Test("deltas come as JSON, and several that are read together come as one")
    func deltas() {
        let start = "id: t-1\nevent: sluice.generation\ndata: {\"state\":\"streaming\"}\n\n"
        let end = "id: t-5\nevent: sluice.generation\ndata: {\"state\":\"complete\"}\n\n"
        #expect(
            one(.eventStreamDeltas) == [
                start, "id: t-2\ndata: {\"text\":\"Hel\"}\n\n", "id: t-3\ndata: {\"text\":\"lo\"}\n\n", "", end,
            ])
        #expect(merged(.eventStreamDeltas) == start + "id: t-4\ndata: {\"text\":\"Hello\"}\n\n" + end)
    }

    @Test("sessions get the same as messages")
    func sessions() throws {
        func messages(_ format: DeliveryFormat) throws -> [String] {
            var receiver = WebSocketReceiver(role: .client, maximumMessageBytes: 1 << 20, inflater: nil)
            receiver.append(format.encodeMerged(events, epoch: epoch))
            var texts: [String] = []
            while case .text(let text)? = try receiver.next() { texts.append(String(buffer: text)) }
            return texts
        }
        #expect(try messages(.webSocketText) == ["Hello", "[DONE]"])
        #expect(
            try messages(.webSocketDeltas) == [
                #"{"id":"t-1","generation":{"state":"streaming"}}"#, #"{"id":"t-4","delta":{"text":"Hello"}}"#,
                #"{"id":"t-5","generation":{"state":"complete"}}"#,
            ])
    }

    @Test("one who reads from the log gets in one what others got one by one, and each place once")
    func replay() throws {
        let test = try TestBus()
        let (early, late) = (try test.client(.eventStreamText), try test.client(.eventStreamText))
        try early.start("a", from: .after(0))
        for word in ["a", "b", "c"] { try test.publish("a", "data: \(word)\n\n", type: "text") }
        try late.start("a", from: .after(0))
        try test.publish("a", "data: d\n\n", type: "text")
        func written(_ client: TestClient) -> [String] {
            client.socket.written.map { String(buffer: $0) }
        }
        #expect(
            written(early) == (1...4).map { "id: t-\($0)\ndata: \(["a", "b", "c", "d"][$0 - 1])\n\n" })
        #expect(written(late) == ["id: t-3\ndata: abc\n\n", "id: t-4\ndata: d\n\n"])
    }

    @Test("a snapshot is the answer so far, at the place behind which the rest comes")
    func snapshot() {
        var answer = AnswerDelta()
        answer.text = "Hello"
        let cursor = Cursor(epoch: epoch, position: 7)
        func snapshot(_ format: DeliveryFormat) -> String {
            String(buffer: format.encodeSnapshot(answer, id: cursor))
        }
        #expect(snapshot(.eventStreamText) == "id: t-7\ndata: Hello\n\n")
        #expect(snapshot(.eventStreamDeltas) == "id: t-7\nevent: snapshot\ndata: {\"text\":\"Hello\"}\n\n")
        #expect(snapshot(.webSocketDeltas).hasSuffix(#"{"id":"t-7","snapshot":{"text":"Hello"}}"#))
        #expect(snapshot(.eventStreamBlocks) == "")
    }
}
