import Testing

@Suite("Operations", .serialized)
struct OperationsTests {
    @Test("ask for health and readiness, with GET and HEAD")
    func health() async throws {
        try await withGateway { gateway in
            for path in ["/healthz", "/readyz"] {
                let answer = try gateway.ask("GET", path)
                #expect(answer.status == 200 && answer["cache-control"] == "no-store")
                let connection = try gateway.connect()
                let head = try connection.ask("HEAD", path)
                #expect(head.status == 200 && head["content-length"] == answer["content-length"])
                #expect(try connection.ask("GET", path).text == answer.text)
            }
        }
    }

    @Test("find a page at the root")
    func page() async throws {
        try await withGateway { gateway in
            let answer = try gateway.ask("GET", "/")
            #expect(answer.status == 200)
            #expect(answer["content-type"] == "text/html; charset=utf-8")
            #expect(answer["content-security-policy"]?.contains("default-src 'none'") == true)
            #expect(answer.text.contains("</html>"))
        }
    }

    @Test("read counts from the metrics that are right")
    func metrics() async throws {
        try await withGateway { gateway in
            let stream = try gateway.stream("/topics/t")
            let session = try gateway.session("/subscribe?topic=t")
            _ = try session.operation("live")
            for number in 0..<3 { try gateway.publish("t", "\(number)") }
            _ = try stream.events(3)
            for _ in 0..<3 { _ = try session.operation("event") }
            #expect(try gateway.ask("GET", "/nowhere").status == 404)
            let late = try gateway.stream("/topics/t?after=earliest")
            _ = try late.events(3)

            let answer = try gateway.ask("GET", "/metrics")
            #expect(answer.status == 200)
            #expect(answer["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            let values = try Self.parse(answer.text)
            #expect(values["sluice_published_events_total"] == 3)
            #expect(values["sluice_published_bytes_total"] == 3)
            #expect(values["sluice_publish_seconds_count"] == 3)
            #expect(values[#"sluice_delivered_events_total{format="sse-raw"}"#] == 3)
            #expect(values[#"sluice_delivered_events_total{format="websocket-json"}"#] == 3)
            #expect(values["sluice_replayed_events_total"] == 3)
            #expect(values["sluice_log_events"] == 3 && values["sluice_log_topics"] == 1)
            #expect(values[#"sluice_refused_total{reason="not-found"}"#] == 1)
            #expect(values[#"sluice_subscribers{format="sse-raw",state="live"}"#] == 2)
            #expect(values[#"sluice_subscribers{format="websocket-json",state="live"}"#] == 1)
            #expect((values["sluice_connections"] ?? 0) >= 4)
        }
    }

    /// - Returns: the samples by their name with its labels.
    private static func parse(_ text: String) throws -> [String: Double] {
        var values: [String: Double] = [:]
        #expect(text.hasSuffix("\n"))
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
                throw ClientError.unexpected(String(line))
            }
            let name = String(line[..<space])
            #expect(values[name] == nil, "\(name) comes twice")
            values[name] = value
        }
        return values
    }

    @Test("on what is not there, or not so, are refused precisely")
    func refusals() async throws {
        try await withGateway { gateway in
            let answers: [(String, String, Int, String)] = [
                ("GET", "/nowhere", 404, "not-found"), ("POST", "/nowhere", 404, "not-found"),
                ("GET", "/topics", 405, "method-not-allowed"), ("DELETE", "/topics/t", 405, "method-not-allowed"),
                ("PUT", "/topics/t", 405, "method-not-allowed"), ("POST", "/subscribe", 405, "method-not-allowed"),
                ("POST", "/healthz", 405, "method-not-allowed"), ("GET", "/tickets", 405, "method-not-allowed"),
                ("GET", "/subscribe", 400, "no-topic"), ("GET", "/topics/t?format=xml", 400, "invalid-format"),
                ("GET", "/topics/", 400, "invalid-topic"), ("GET", "/topics/a%ZZ", 400, "invalid-topic"),
                ("GET", "/topics/t?after=%ff", 400, "invalid-query"),
            ]
            for (method, target, status, problem) in answers {
                let answer = try gateway.ask(method, target)
                #expect(answer.status == status && answer.problem == problem, "\(method) \(target): \(answer)")
                if status == 405 { #expect(answer["allow"]?.isEmpty == false) }
            }
            #expect(try gateway.ask("OPTIONS", "/topics/t").status == 204)
            let head = try gateway.ask("HEAD", "/topics/t", ["Accept": "text/event-stream"])
            #expect(head.status == 200)
        }
    }

    @Test("on other versions of HTTP are 505, and HTTP/1.0 is served")
    func versions() async throws {
        try await withGateway { gateway in
            let future = try gateway.connect()
            try future.socket.send("GET / HTTP/3.0\r\nHost: localhost\r\n\r\n")
            #expect(try future.answer().status == 505)
            let old = try gateway.connect()
            try old.socket.send("GET /healthz HTTP/1.0\r\n\r\n")
            let answer = try old.answer()
            #expect(answer.status == 200 && answer.text == "ok\n" && answer["connection"] == "close")
            #expect(try old.isAtEnd())
            let kept = try gateway.connect()
            for _ in 0..<2 {
                try kept.socket.send("GET /healthz HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n")
                #expect(try kept.answer().status == 200)
            }
        }
    }
}
