import NIOCore
import SluiceServer
import SluiceWebSocket
import SluiceWire
import Testing

@Suite("The closing handshake", .serialized)
struct ClosingTests {
    @Test("that a client begins is answered with its own code, and then the connection ends")
    func client() async throws {
        try await withGateway { gateway in
            for code in [WebSocketCloseCode.normal, .goingAway, WebSocketCloseCode(rawValue: 4999)] {
                let socket = try gateway.webSocket("/topics/t")
                try socket.send(close: code, reason: "bye")
                #expect(try socket.next() == .close(code, reason: ""))
                #expect(try socket.next() == nil)
            }
            let silent = try gateway.webSocket("/topics/t")
            try silent.send(.close, [])
            #expect(try silent.next() == .close(nil, reason: ""))
            #expect(try silent.next() == nil)
        }
    }

    @Test("that the gateway begins waits for the client's answer")
    func gateway() async throws {
        try await withGateway { gateway in
            let socket = try gateway.webSocket("/topics/t")
            _ = try gateway.ask("POST", "/topics/t?end=true", body: "last")
            #expect(try socket.text() == "last")
            #expect(try socket.closeCode() == .normal)
            #expect(try !socket.socket.brings(withinMilliseconds: 100))
            try socket.send(close: .normal)
            #expect(try socket.next() == nil)
        }
    }

    @Test("that a client does not answer ends without it after the close time")
    func unanswered() async throws {
        try await withGateway {
            $0.webSocket.closeTime = .milliseconds(100)
        } _: { gateway in
            let socket = try gateway.webSocket("/topics/t")
            _ = try gateway.ask("POST", "/topics/t?end=true", body: "last")
            #expect(try socket.closeCode() == .normal)
            #expect(try socket.next() == nil)
        }
    }

    @Test("is the last that a client says: what it sends behind it is not published")
    func afterClose() async throws {
        try await withGateway { gateway in
            let socket = try gateway.webSocket("/topics/t")
            var packet = WebSocket.text("before")
            packet.writeImmutableBuffer(WebSocketFrame.close(.normal, maskingKey: WebSocket.mask))
            packet.writeImmutableBuffer(WebSocket.text("behind"))
            try socket.socket.send(packet)
            #expect(try socket.closeCode() == .normal)
            #expect(try gateway.page("/topics/t").data == ["before"])
        }
    }

    @Test("does not happen when a client vanishes, and nobody else notices")
    func vanishing() async throws {
        try await withGateway { gateway in
            let stays = try gateway.webSocket("/topics/t")
            for _ in 0..<10 {
                try gateway.webSocket("/topics/t").socket.reset()
                try gateway.stream("/topics/t").connection.socket.reset()
                try gateway.session("/subscribe?topic=t").socket.close()
                try gateway.stream("/topics/t").connection.socket.closeOutput()
            }
            try gateway.publish("t", "1")
            #expect(try stays.text() == "1")
        }
    }
}
