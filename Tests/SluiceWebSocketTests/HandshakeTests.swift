import NIOCore
import NIOHTTP1
import SluiceConnection
import SluiceWire
import Testing

@Suite("A handshake") struct HandshakeTests {
    @Test("is answered with the accepted key, and with the subprotocol if it was offered")
    func accepted() throws {
        let gateway = try TestGateway()
        for (offer, chosen) in [
            (nil, nil), ("sluice.v1.json", "sluice.v1.json"), ("graphql-ws, sluice.v1.json", "sluice.v1.json"),
            ("graphql-ws", nil),
        ] as [(String?, String?)] {
            var headers = TestGateway.handshake
            if let offer { headers.add(name: "sec-websocket-protocol", value: offer) }
            let head = try #require(try gateway.connect("/topics/a", headers).head)
            #expect(head.status == 101)
            let answer = Dictionary(head.headers) { $0 + ", " + $1 }
            // The example of RFC 6455 § 1.3.
            #expect(answer["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
            #expect(answer["upgrade"] == "websocket" && answer["connection"] == "Upgrade")
            #expect(answer["sec-websocket-protocol"] == chosen)
        }
    }

    @Test(
        "that is not one is refused with what is wrong",
        arguments: [
            ("connection", "keep-alive", 400, "invalid-handshake"), ("connection", nil, 400, "invalid-handshake"),
            ("sec-websocket-key", nil, 400, "invalid-handshake"),
            ("sec-websocket-key", "short", 400, "invalid-handshake"),
            ("sec-websocket-version", "8", 426, "websocket-version"),
            ("sec-websocket-version", nil, 426, "websocket-version"),
        ] as [(String, String?, Int, String)])
    func refused(name: String, value: String?, status: Int, type: String) throws {
        var headers = TestGateway.handshake
        headers.remove(name: name)
        if let value { headers.add(name: name, value: value) }
        let session = try TestGateway().connect("/topics/a", headers)
        let response = try #require(session.response)
        #expect(response.status == status)
        #expect(String(buffer: response.body).contains("urn:sluice:problem:\(type)"))
        #expect(response.headers.contains { $0 == ("sec-websocket-version", "13") } == (status == 426))
    }

    @Test("succeeds also for those who may not subscribe, since a browser sees nothing but a close code")
    func forbidden() throws {
        let gateway = try TestGateway()
        var wrongKey = TestGateway.handshake
        wrongKey.add(name: "authorization", value: "Bearer wrong")
        for (target, headers) in [("/topics/secret", TestGateway.handshake), ("/topics/a", wrongKey)] {
            let session = try gateway.connect(target, headers)
            #expect(session.head?.status == 101)
            #expect(try session.heard() == ["close 4401"])
            try session.send("too late")
            try gateway.publish("a", "1")
            #expect(try session.heard().isEmpty)
            try session.sendClose(.unauthorised)
            #expect(session.isClosed)
        }
    }
}
