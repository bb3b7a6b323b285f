import SluiceTopics
import Testing

@Suite("A page of history", .serialized)
struct HistoryTests {
    @Test("is followed by the next one behind its cursor, until all is read")
    func pages() async throws {
        try await withGateway { gateway in
            for number in 0..<10 { try gateway.publish(number.isMultiple(of: 2) ? "even" : "odd", "\(number)") }
            var cursor = "earliest"
            var pages: [[String]] = []
            repeat {
                let page = try gateway.page("/topics/even?limit=2&after=\(cursor)")
                pages.append(page.data)
                cursor = page.cursor
            } while pages.last?.isEmpty == false
            #expect(pages == [["0", "2"], ["4", "6"], ["8"], []])
            #expect(try gateway.page("/topics/even?after=\(cursor)").cursor == cursor)
        }
    }

    @Test("begins with the oldest event unless the request says where")
    func beginning() async throws {
        try await withGateway { gateway in
            try gateway.publish("t", "1")
            #expect(try gateway.page("/topics/t").data == ["1"])
            #expect(try gateway.page("/topics/t?after=latest").data.isEmpty)
            #expect(try gateway.page("/topics/none").data.isEmpty)
        }
    }

    @Test(
        "is refused for a limit or a wait that is not a number in its range",
        arguments: [
            "limit=0", "limit=-1", "limit=1001", "limit=x", "limit=", "limit=1.5", "limit=99999999999999999999",
            "wait=61",
            "wait=-1", "wait=x",
        ])
    func ranges(query: String) async throws {
        try await withGateway { gateway in
            let answer = try gateway.ask("GET", "/topics/t?\(query)")
            #expect(answer.status == 400)
            #expect(answer.problem == "invalid-\(query.prefix { $0 != "=" })")
        }
    }

    @Test("that would be empty waits for the first event, and is answered by it")
    func longPoll() async throws {
        try await withGateway { gateway in
            let cursor = try gateway.publish("t", "0")
            let poll = try gateway.connect()
            try poll.socket.send(HTTPConnection.request("GET", "/topics/t?wait=60&after=\(cursor)"))
            #expect(try !poll.socket.brings(withinMilliseconds: 50))
            try gateway.publish("other", "x")
            #expect(try !poll.socket.brings(withinMilliseconds: 50))
            let id = try gateway.publish("t", "1")
            let page = try poll.answer().json(HistoryPage.self)
            #expect(page.events.map(\.id) == [id])
            // The connection is as good as before.
            #expect(try poll.ask("GET", "/topics/t?after=\(page.cursor)").json(HistoryPage.self).data.isEmpty)
        }
    }

    @Test("that waits on patterns is answered by any topic of them")
    func longPollOnPatterns() async throws {
        try await withGateway { gateway in
            let poll = try gateway.connect()
            try poll.socket.send(HTTPConnection.request("GET", "/subscribe?topic=a/*&topic=b/**&wait=60&after=latest"))
            #expect(try !poll.socket.brings(withinMilliseconds: 50))
            try gateway.publish("b/c/d", "1")
            #expect(try poll.answer().json(HistoryPage.self).events.map(\.topic) == ["b/c/d"])
        }
    }

    @Test("that waited in vain is empty and has a cursor to go on from")
    func longPollInVain() async throws {
        try await withGateway { gateway in
            let head = try gateway.publish("other", "0")
            let page = try gateway.page("/topics/t?wait=1")
            #expect(page.data.isEmpty && page.gap == nil)
            #expect(page.cursor == head)
        }
    }

    @Test("is answered at once when there is something to read, however long it might wait")
    func noWait() async throws {
        try await withGateway { gateway in
            try gateway.publish("t", "0")
            #expect(try gateway.page("/topics/t?wait=60").data == ["0"])
            #expect(try gateway.page("/topics/t?wait=60&after=abc-1").gap != nil)
        }
    }

    @Test("is no longer waited for by a client that is gone")
    func abandonedPoll() async throws {
        try await withGateway { gateway in
            for cut in [true, false] {
                let poll = try gateway.connect()
                try poll.socket.send(HTTPConnection.request("GET", "/topics/t?wait=60"))
                #expect(try !poll.socket.brings(withinMilliseconds: 50))
                if cut { poll.socket.reset() } else { poll.socket.close() }
            }
            try gateway.publish("t", "0")
            #expect(try gateway.page("/topics/t").data == ["0"])
        }
    }
}
