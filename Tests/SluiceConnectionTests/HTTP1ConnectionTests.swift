import NIOCore
import NIOEmbedded
import Testing

@testable import SluiceConnection

@Suite struct HTTP1ConnectionTests {
    @Test("a request is answered with a date and a length, and the connection is kept")
    func answer() throws {
        let connection = try TestConnection()
        try connection.request("GET /now HTTP/1.1", "Host: a")
        let answer = try connection.answer()
        #expect(
            answer
                == "HTTP/1.1 200 OK\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                + "content-type: text/plain; charset=utf-8\r\ncontent-length: 4\r\n\r\nnow\n")
        #expect(!connection.isClosing)
    }

    @Test("one byte at a time it is the same request")
    func byteByByte() throws {
        let connection = try TestConnection()
        for byte in "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello".utf8 {
            try connection.channel.writeInbound(ByteBuffer(bytes: [byte]))
        }
        #expect(try connection.answers() == ["200 hello"])
    }

    @Test("answers come in the order of the requests, whichever is ready first")
    func pipelining() throws {
        let connection = try TestConnection()
        try connection.send(
            "GET /later HTTP/1.1\r\nHost: a\r\n\r\nGET /now HTTP/1.1\r\nHost: a\r\n\r\n"
                + "GET /later HTTP/1.1\r\nHost: a\r\n\r\nPOST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")
        #expect(try connection.answers() == [])
        connection.later[1].respond(.text(200, "second"))
        #expect(try connection.answers() == [])
        connection.later[0].respond(.text(200, "first"))
        #expect(try connection.answers() == ["200 first", "200 now", "200 second", "200 hi"])
        #expect(!connection.isClosing)
    }

    @Test("of requests that come at once only so many are begun before other connections have their turn")
    func turns() throws {
        var limits = ConnectionConfiguration.Limits()
        limits.requestsInFlight = 2
        let connection = try TestConnection(limits: limits)
        try connection.send(String(repeating: "GET /now HTTP/1.1\r\nHost: a\r\n\r\n", count: 5))
        #expect(connection.answered == 2)
        #expect(!connection.isRead)
        // The loop runs until nothing is left to do: two further turns.
        #expect(try connection.answers() == Array(repeating: "200 now", count: 5))
        #expect(connection.answered == 5)
        #expect(connection.isRead)
        try connection.send(String(repeating: "GET /now HTTP/1.1\r\nHost: a\r\n\r\n", count: 2))
        #expect(connection.answered == 7)
    }

    @Test("answers are flushed when all that can be read has been read, before what the requests have the loop do")
    func flushing() throws {
        let connection = try TestConnection()
        var flushedFirst: String?
        try connection.request("GET /now HTTP/1.1", "Host: a")
        connection.eventLoop.execute { flushedFirst = try? connection.flushed() }
        #expect(connection.answered == 1)
        #expect(try connection.flushed() == "")
        connection.eventLoop.run()
        #expect(flushedFirst?.hasPrefix("HTTP/1.1 200 ") == true)
    }

    @Test("what a read was answered with is flushed before an error closes the connection")
    func flushingBeforeError() throws {
        struct Failure: Error {}
        let connection = try TestConnection()
        try connection.request("GET /now HTTP/1.1", "Host: a")
        connection.channel.pipeline.fireErrorCaught(Failure())
        #expect(try connection.flushed().hasPrefix("HTTP/1.1 200 "))
        #expect(connection.isClosing)
    }

    @Test("HEAD is answered like GET, without the content")
    func head() throws {
        let connection = try TestConnection()
        try connection.request("HEAD /now HTTP/1.1", "Host: a")
        let answer = try connection.answer()
        #expect(answer.contains("content-length: 4\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n"))
        try connection.request("GET /now HTTP/1.1", "Host: a")
        #expect(try connection.answers() == ["200 now"])
    }

    @Test("a 204 has neither content nor a length")
    func noContent() throws {
        let connection = try TestConnection()
        try connection.request("POST /ignore HTTP/1.1", "Host: a", "Content-Length: 0")
        #expect(try !connection.answer().contains("content-length"))
    }

    @Test(
        "the connection is kept or closed as the client asks and its version has it",
        arguments: [
            ("GET /now HTTP/1.1\r\nHost: a\r\n\r\n", false, nil),
            ("GET /now HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", true, "close"),
            ("GET /now HTTP/1.0\r\n\r\n", true, "close"),
            ("GET /now HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false, "keep-alive"),
            ("GET /now HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", true, "close"),
        ] as [(String, Bool, String?)])
    func keepAlive(request: String, closes: Bool, field: String?) throws {
        let connection = try TestConnection()
        try connection.send(request)
        let answer = try connection.answer()
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(connection.isClosing == closes)
        #expect(answer.contains("connection: ") == (field != nil))
        if let field { #expect(answer.contains("connection: \(field)\r\n")) }
    }

    @Test("behind an answer that closes, nothing is answered any more")
    func afterClose() throws {
        let connection = try TestConnection()
        try connection.send(
            "GET /now HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /now HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try connection.answers() == ["200 now"])
        #expect(connection.isClosing)
        connection.eventLoop.advanceTime(by: .seconds(3))
        #expect(!connection.channel.isActive)
    }

    @Test("a client that waits for 100 is told to go on, when the body is wanted and not before")
    func expectContinue() throws {
        let connection = try TestConnection()
        try connection.request("POST /echo HTTP/1.1", "Host: a", "Content-Length: 2", "Expect: 100-continue")
        #expect(try connection.answer() == "HTTP/1.1 100 Continue\r\n\r\n")
        try connection.send("hi")
        #expect(try connection.answers() == ["200 hi"])
        try connection.request("POST /echo HTTP/1.1", "Host: a", "Content-Length: 9999", "Expect: 100-continue")
        let refusal = try connection.answer()
        #expect(refusal.hasPrefix("HTTP/1.1 413 "))
        #expect(!refusal.contains("100 Continue"))
    }

    @Test("a body over the limit is refused, whether its length is named or not")
    func tooLong() throws {
        let named = try TestConnection()
        try named.request("POST /echo HTTP/1.1", "Host: a", "Content-Length: 101")
        #expect(try named.answer().hasPrefix("HTTP/1.1 413 "))
        let chunked = try TestConnection()
        try chunked.request("POST /echo HTTP/1.1", "Host: a", "Transfer-Encoding: chunked")
        try chunked.send("64\r\n" + String(repeating: "x", count: 100) + "\r\n")
        #expect(try chunked.answer() == "")
        try chunked.send("1\r\nx\r\n")
        #expect(try chunked.answer().hasPrefix("HTTP/1.1 413 "))
        #expect(chunked.isClosing)
    }

    @Test("the short rest of a body that nobody wanted is read, and the connection kept")
    func unwantedBody() throws {
        let connection = try TestConnection()
        try connection.request("POST /ignore HTTP/1.1", "Host: a", "Content-Length: 10")
        #expect(try connection.answers() == ["204"])
        try connection.send("0123456789GET /now HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try connection.answers() == ["200 now"])
        try connection.request("POST /ignore HTTP/1.1", "Host: a", "Content-Length: 1000000")
        #expect(try connection.answers() == ["204"])
        #expect(connection.isClosing)
    }

    @Test(
        "what is not HTTP/1.1 is refused in HTTP, and the connection closed",
        arguments: [
            ("GET /now HTTP/1.1\r\n\r\n", "400"), ("GET /now HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"),
            ("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", "400"), ("nonsense\r\n\r\n", "400"),
            ("GET /now HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", "400"),
            ("GET /now HTTP/1.1\r\nHost : a\r\n\r\n", "400"), ("GET /now HTTP/3.7\r\nHost: a\r\n\r\n", "505"),
            ("GET /?a=% HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
            ("GET /now HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "x", count: 40_000) + "\r\n\r\n", "431"),
        ])
    func malformed(request: String, status: String) throws {
        let connection = try TestConnection()
        try? connection.send(request)
        let answer = try connection.answer()
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        #expect(answer.contains("connection: close\r\n"))
        #expect(connection.isClosing)
    }

    @Test(
        "a refusal does not overtake the answers that are still owed",
        arguments: ["nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"])
    func refusalInOrder(second: String) throws {
        let connection = try TestConnection()
        try connection.request("GET /later HTTP/1.1", "Host: a")
        try? connection.send(second)
        #expect(try connection.answers() == [])
        try #require(connection.later.count == 1)
        connection.later[0].respond(.text(200, "first"))
        let answer = try connection.answer()
        let first = try #require(answer.firstRange(of: "first"))
        let refusal = try #require(answer.firstRange(of: "HTTP/1.1 400 "))
        #expect(first.lowerBound < refusal.lowerBound)
        #expect(connection.isClosing)
    }

    @Test("half a head has the request time, and is then answered with 408")
    func partialHead() throws {
        let connection = try TestConnection()
        try connection.send("GET /now HTTP/1.1\r\nHo")
        connection.eventLoop.advanceTime(by: .seconds(29))
        #expect(try connection.answer() == "")
        connection.eventLoop.advanceTime(by: .seconds(2))
        #expect(try connection.answer().hasPrefix("HTTP/1.1 408 "))
        #expect(connection.isClosing)
    }

    @Test("bytes that trickle in do not make the request time longer")
    func trickle() throws {
        let connection = try TestConnection()
        for byte in "GET /now HTTP/1.1\r\nX: 1234567".utf8 {
            guard connection.channel.isActive, !connection.isClosing else { break }
            try connection.channel.writeInbound(ByteBuffer(bytes: [byte]))
            connection.eventLoop.advanceTime(by: .seconds(2))
        }
        #expect(try connection.answer().hasPrefix("HTTP/1.1 408 "))
    }

    @Test("a body that does not come is answered with 408, and the connection closed")
    func partialBody() throws {
        let connection = try TestConnection()
        try connection.request("POST /echo HTTP/1.1", "Host: a", "Content-Length: 10")
        try connection.send("01234")
        connection.eventLoop.advanceTime(by: .seconds(31))
        let answer = try connection.answer()
        #expect(answer.hasPrefix("HTTP/1.1 408 "))
        #expect(answer.contains("connection: close\r\n"))
        #expect(connection.isClosing)
    }

    @Test("a silent connection is closed without a word, one that waits for its answer is not")
    func idle() throws {
        let silent = try TestConnection()
        silent.eventLoop.advanceTime(by: .seconds(31))
        #expect(try silent.answer() == "")
        #expect(!silent.channel.isActive)
        let kept = try TestConnection()
        try kept.request("GET /now HTTP/1.1", "Host: a")
        kept.eventLoop.advanceTime(by: .seconds(74))
        #expect(kept.channel.isActive)
        kept.eventLoop.advanceTime(by: .seconds(2))
        #expect(!kept.channel.isActive)
        let waiting = try TestConnection()
        try waiting.request("GET /later HTTP/1.1", "Host: a")
        waiting.eventLoop.advanceTime(by: .seconds(1000))
        #expect(waiting.channel.isActive)
        waiting.later[0].respond(.text(200, "at last"))
        #expect(try waiting.answers() == ["200 at last"])
    }

    @Test("beyond the requests in flight the connection is not read, until one is answered")
    func inFlight() throws {
        var limits = ConnectionConfiguration.Limits()
        limits.requestsInFlight = 2
        let connection = try TestConnection(limits: limits)
        try connection.request("GET /later HTTP/1.1", "Host: a")
        #expect(connection.isRead)
        try connection.request("GET /later HTTP/1.1", "Host: a")
        #expect(!connection.isRead)
        connection.later[0].respond(.text(200, "one"))
        #expect(connection.isRead)
    }

    @Test("a client that went is not answered, and what waits for it is told")
    func abandoned() throws {
        let connection = try TestConnection()
        try connection.request("GET /later HTTP/1.1", "Host: a")
        let exchange = try #require(connection.later.first)
        var isTold = false
        exchange.onAbandon = { isTold = true }
        connection.channel.close(promise: nil)
        connection.eventLoop.run()
        #expect(isTold)
        #expect(exchange.isAbandoned)
        exchange.respond(.text(200, "too late"))
        #expect(try connection.answer() == "")
    }

    @Test("a body that the client cuts short is a failure, and is answered before the connection closes")
    func halfClosed() throws {
        let connection = try TestConnection()
        try connection.request("POST /echo HTTP/1.1", "Host: a", "Content-Length: 10")
        try connection.send("0123")
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(try connection.answer().hasPrefix("HTTP/1.1 400 "))
        #expect(connection.isClosing)
    }

    @Test("a client that closes its side behind the request still gets its answer")
    func halfClosedBehindRequest() throws {
        let connection = try TestConnection()
        try connection.request("GET /later HTTP/1.1", "Host: a")
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(!connection.isClosing)
        connection.later[0].respond(.text(200, "one"))
        #expect(try connection.answers() == ["200 one"])
        #expect(connection.isClosing)
    }

    @Test("who has closed a side is not kept for what may happen")
    func halfClosedWaiting() throws {
        let connection = try TestConnection()
        try connection.request("GET /later HTTP/1.1", "Host: a")
        let exchange = try #require(connection.later.first)
        exchange.onDrain = { exchange.respond(.text(200, "nothing yet")) }
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(try connection.answers() == ["200 nothing yet"])
        #expect(connection.isClosing)
    }

    @Test("a handler takes over behind a body that nobody asked for, also if that never comes")
    func takeoverBehindBody() throws {
        var limits = ConnectionConfiguration.Limits()
        limits.requestTime = .seconds(1)
        let late = try TestConnection(limits: limits)
        try late.request("GET /take HTTP/1.1", "Host: a", "Content-Length: 5")
        #expect(try late.answer() == "")
        late.eventLoop.advanceTime(by: .seconds(1))
        #expect(try late.answer().hasPrefix("HTTP/1.1 101 "))
        let cut = try TestConnection(limits: limits)
        try cut.request("GET /take HTTP/1.1", "Host: a", "Content-Length: 5")
        cut.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(try cut.answer().hasPrefix("HTTP/1.1 101 "))
    }

    @Test("over HTTP/1.0 there is no upgrade, and no request behind one")
    func oldUpgrade() throws {
        let connection = try TestConnection()
        try connection.request("GET /later HTTP/1.0", "Connection: Upgrade, keep-alive", "Upgrade: websocket")
        let exchange = try #require(connection.later.first)
        #expect(!exchange.request.isWebSocketHandshake)
        exchange.respond(.text(200, "a page"))
        #expect(try connection.answers() == ["200 a page"])
        #expect(connection.isClosing)
    }

    @Test("a refused connection is told why, in HTTP")
    func refused() throws {
        let connection = try TestConnection(admission: .refused(.overloaded("too many")))
        try connection.request("GET /now HTTP/1.1", "Host: a")
        let answer = try connection.answer()
        #expect(answer.hasPrefix("HTTP/1.1 503 "))
        #expect(answer.contains("retry-after: 5\r\n"))
    }

    @Test("a handler that takes over gets every byte behind the request, and HTTP is gone")
    func takeover() throws {
        let connection = try TestConnection()
        try connection.send(
            "GET /take HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\nfirst bytes")
        connection.eventLoop.run()
        let answer = try connection.answer()
        #expect(answer.hasPrefix("HTTP/1.1 101 "))
        #expect(answer.hasSuffix("\r\n\r\nfirst bytes"))
        try connection.send("GET /now HTTP/1.1\r\n\r\n")
        #expect(try connection.answer() == "GET /now HTTP/1.1\r\n\r\n")
        connection.eventLoop.advanceTime(by: .seconds(1000))
        #expect(connection.channel.isActive)
    }
}
