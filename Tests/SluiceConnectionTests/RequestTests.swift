import NIOHTTP1
import SluiceAccess
import Testing

@testable import SluiceConnection

@Suite struct RequestTests {
    @Test(
        "a target is a path and a query, and may name the authority",
        arguments: [
            ("/topics/a", "/topics/a", "gateway.example"), ("/topics/a?x=1", "/topics/a", "gateway.example"),
            ("/", "/", "gateway.example"), ("/a%2Fb", "/a%2Fb", "gateway.example"),
            ("http://other.example/a?x=1", "/a", "other.example"),
            ("http://other.example:8080/a", "/a", "other.example:8080"), ("http://other.example", "/", "other.example"),
            ("http://other.example?x=1", "/", "other.example"), ("*", "*", "gateway.example"),
            ("/a?u=http://x/", "/a", "gateway.example"),
        ])
    func target(target: String, path: String, authority: String) throws {
        let request = try Request(.GET, target)
        #expect(request.path == path)
        #expect(request.authority == authority)
    }

    @Test("only the first question mark begins the query")
    func query() throws {
        let request = try Request(.GET, "/a?x=1?2&y=/")
        #expect(request.query["x"] == "1?2")
        #expect(request.query["y"] == "/")
    }

    @Test(
        "bytes that have to be percent-encoded are 400", arguments: ["/a b", "/\u{E9}", "/a\u{7F}", "/a\tb", "/a\u{0}"])
    func invalidTarget(target: String) throws {
        let problem = try #require(throws: Problem.self) { try Request(.GET, target) }
        #expect(problem.status == 400)
        #expect(problem.type == "invalid-target")
    }

    @Test("a header that is there several times is one list")
    func headers() throws {
        let request = try Request(.GET, "/", ["X-A": "1", "x-a": "2, 3", "x-b": ""])
        #expect(request.header("x-A") == "1, 2, 3")
        #expect(request.header("x-b") == "")
        #expect(request.header("x-c") == nil)
        #expect(request.list("x-a") == ["1", "2", "3"])
        #expect(request.list("x-c") == [])
    }

    @Test(
        "a client that names text/event-stream asks for one",
        arguments: [
            ("text/event-stream", true), ("Text/Event-Stream", true), ("text/html, text/event-stream;q=0.1", true),
            ("text/event-stream; charset=utf-8", true), ("*/*", false), ("text/*", false), ("application/json", false),
            ("text/event-streams", false), ("", false),
        ])
    func eventStream(accept: String, isAsked: Bool) throws {
        #expect(try Request(.GET, "/", ["accept": accept]).acceptsEventStream == isAsked)
    }

    @Test(
        "an upgrade to a WebSocket is one in any case and place",
        arguments: [
            ("websocket", true), ("WebSocket", true), ("h2c, websocket", true), ("h2c", false), ("websockets", false),
        ])
    func upgrade(upgrade: String, isAsked: Bool) throws {
        #expect(try Request(.GET, "/", ["upgrade": upgrade]).isWebSocketHandshake == isAsked)
    }

    @Test(
        "the media type is that of the field without its parameters",
        arguments: [
            ("application/JSON", "application/json"), ("text/plain; charset=utf-8", "text/plain"),
            ("text/plain ;x", "text/plain"), ("  text/event-stream\t", "text/event-stream"), ("", ""),
            ("\"text/event-stream\"", "\"text/event-stream\""), ("application/x- ndjson", "application/x- ndjson"),
        ])
    func mediaType(field: String, type: String) throws {
        #expect(try Request(.POST, "/", ["content-type": field]).mediaType?.essence ?? "" == type)
        #expect(try Request(.POST, "/").mediaType == nil)
    }

    @Test("GET, HEAD and OPTIONS change nothing; all others may")
    func safe() throws {
        for method in [HTTPMethod.GET, .HEAD, .OPTIONS] { #expect(try Request(method, "/").isSafe) }
        for method in [HTTPMethod.POST, .PUT, .DELETE, .PATCH, .TRACE, .RAW(value: "get")] {
            #expect(try !Request(method, "/").isSafe)
        }
    }

    @Test(
        "credentials come from the header, then from the query",
        arguments: [
            ("/", nil, .none), ("/", "Bearer abc", .bearer("abc")), ("/", "bearer abc", .bearer("abc")),
            ("/", "Basic abc", .bearer("")), ("/", "abc", .bearer("")), ("/", "", .bearer("")),
            ("/?ticket=t", nil, .ticket("t")),
            ("/?key=k", nil, .keyInQuery("k")), ("/?key=k&ticket=t", nil, .ticket("t")),
            ("/?key=k&ticket=t", "Bearer abc", .bearer("abc")),
        ] as [(String, String?, Credentials)])
    func credentials(target: String, authorization: String?, credentials: Credentials) throws {
        var headers = HTTPHeaders()
        if let authorization { headers.add(name: "Authorization", value: authorization) }
        #expect(try Request(.GET, target, headers).credentials == credentials)
    }
}
