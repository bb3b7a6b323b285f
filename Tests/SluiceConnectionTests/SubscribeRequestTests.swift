import NIOHTTP1
import SluiceLog
import SluiceMemoryLog
import SluiceTopics
import Testing

@testable import SluiceConnection

@Suite struct SubscribeRequestTests {
    private func read(
        _ target: String, _ headers: HTTPHeaders = [:], topic: String? = nil, maximumTopics: Int = 3,
        needsSelection: Bool = true
    ) throws -> SubscribeRequest {
        try SubscribeRequest(
            try Request(.GET, target, headers), topic: try topic.map { try Topic($0) }, maximumTopics: maximumTopics,
            needsSelection: needsSelection, defaultStart: .latest)
    }

    @Test("the topics are the one in the path or those in the query, each once")
    func selection() throws {
        #expect(try read("/?topic=a&topic=b/**&topic=a").selection.map(\.text) == ["a", "b/**"])
        #expect(try read("/", topic: "a").selection.map(\.text) == ["a"])
        let problem = #expect(throws: Problem.self) { try read("/?topic=b", topic: "a") }
        #expect(problem?.type == "invalid-query")
        #expect(try read("/", needsSelection: false).selection == [])
    }

    @Test(
        "a bad name, none, or too many are 400",
        arguments: [
            ("/", "no-topic"), ("/?topic=", "invalid-topic"), ("/?topic=a//b", "invalid-topic"),
            ("/?topic=a/**/b", "invalid-topic"), ("/?topic=a*", "invalid-topic"),
            ("/?topic=a&topic=b&topic=c&topic=d", "too-many-topics"), ("/?topic=a&format=xml", "invalid-format"),
            ("/?topic=a&format=", "invalid-format"), ("/?topic=a&after=7", "invalid-cursor"),
            ("/?topic=a&after=", "invalid-cursor"), ("/?topic=a&after=Latest", "invalid-cursor"),
        ])
    func refused(target: String, type: String) throws {
        let problem = try #require(throws: Problem.self) { try read(target) }
        #expect(problem.status == 400)
        #expect(problem.type == type)
    }

    @Test("a topic that is named twice does not count twice")
    func maximum() throws {
        #expect(try read("/?topic=a&topic=b&topic=c&topic=a").selection.count == 3)
    }

    @Test("the format is the envelope for many topics, and the data for one, unless the request says")
    func format() throws {
        #expect(try read("/?topic=a").format == .json)
        #expect(try read("/", topic: "a").format == .raw)
        #expect(try read("/?topic=a&format=raw").format == .raw)
        #expect(try read("/?format=json", topic: "a").format == .json)
    }

    @Test(
        "the browser's own cursor comes before the URL's, and lastEventID before after",
        arguments: [
            (nil, "", "latest"), (nil, "&after=earliest", "earliest"), (nil, "&after=latest", "latest"),
            (nil, "&after=t-3", "t-3"), (nil, "&lastEventID=t-2&after=t-3", "t-2"),
            ("t-1", "&lastEventID=t-2&after=t-3", "t-1"),
            ("t-1", "&after=earliest", "t-1"), ("", "&after=t-3", "t-3"), (nil, "&lastEventID=&after=t-3", "t-3"),
            ("garbage", "&after=t-3", "unreadable garbage"), (nil, "&lastEventID=t-03", "unreadable t-03"),
            ("garbage", "&after=also-garbage", "unreadable garbage"),
        ] as [(String?, String, String)])
    func precedence(header: String?, query: String, start: String) throws {
        var headers = HTTPHeaders()
        if let header { headers.add(name: "Last-Event-ID", value: header) }
        let request = try read("/?topic=a" + query, headers)
        #expect(describe(request.start) == start)
    }

    private func describe(_ start: Start) -> String {
        switch start {
        case .latest: "latest"
        case .earliest: "earliest"
        case .after(let cursor): cursor.description
        case .unreadable(let text): "unreadable \(text)"
        }
    }

    @Test("an empty header does not hide the cursor in the query")
    func emptyHeader() throws {
        #expect(describe(try read("/?topic=a&lastEventID=t-2", ["Last-Event-ID": ""]).start) == "t-2")
    }

    @Test("what cannot be read is kept only in part")
    func longGarbage() throws {
        let start = try read("/?topic=a", ["Last-Event-ID": String(repeating: "x", count: 5000)]).start
        #expect(start.text?.utf8.count == 200)
    }

    @Test("a cursor is a place only in the log that it is from, and not beyond its head")
    func places() throws {
        let epoch = try #require(Epoch("t"))
        let log = MemoryLog(configuration: MemoryLog.Configuration(), epoch: epoch) { Timestamp(milliseconds: 0) }
        for _ in 1...3 {
            log.append(AppendRequest([Publication(topic: try Topic("a"), payload: Payload(text: ""))])) { _ in }
        }
        #expect(log.head == 3)
        #expect(Start.latest.place(in: log) == .after(3))
        #expect(Start.earliest.place(in: log) == .earliest)
        #expect(try Start(after: "t-0").place(in: log) == .after(0))
        #expect(try Start(after: "t-3").place(in: log) == .after(3))
        #expect(try Start(after: "t-4").place(in: log) == .foreign)
        #expect(try Start(after: "other-2").place(in: log) == .foreign)
        #expect(Start.unreadable("x").place(in: log) == .foreign)
        #expect(try Start(after: "t-3").text == "t-3")
        #expect(Start.latest.text == nil)
    }
}
