internal import NIOCore
internal import SluiceTopics
internal import Testing

@Suite struct EventTests {
    @Test("a payload of text holds its UTF-8")
    func text() {
        let payload = Payload(text: "caf\u{E9}", contentType: "text/plain")
        #expect(
            payload
                == Payload(
                    data: ByteBuffer(bytes: [0x63, 0x61, 0x66, 0xC3, 0xA9]), encoding: .text, contentType: "text/plain")
        )
        #expect(payload != Payload(data: payload.data, encoding: .binary, contentType: "text/plain"))
        #expect(payload != Payload(data: payload.data, encoding: .text))
    }

    @Test("timestamps are ordered in time, also before 1970")
    func timestamps() {
        #expect(Timestamp(milliseconds: -1) < Timestamp(milliseconds: 0))
        #expect(Timestamp(milliseconds: 0) < Timestamp(milliseconds: 1))
        #expect(!(Timestamp(milliseconds: 1) < Timestamp(milliseconds: 1)))
    }
}
