import NIOCore
import SluiceTestSupport
import SluiceWire
import Testing

@Suite struct WebSocketReceiverTests {
    @Test("The examples of RFC 6455 § 5.7 are understood, however they are cut", arguments: Cuts.all)
    func examples(cuts: Cuts) {
        func client(_ bytes: [UInt8]) -> WebSocketTranscript { WebSocketTranscript(bytes, role: .client, cuts: cuts) }
        func server(_ bytes: [UInt8]) -> WebSocketTranscript { WebSocketTranscript(bytes, role: .server, cuts: cuts) }
        let hello = ByteBuffer(string: "Hello")
        #expect(client([0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F]).inputs == [.text(hello)])
        #expect(
            server([0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]).inputs == [.text(hello)])
        #expect(client([0x01, 0x03, 0x48, 0x65, 0x6C, 0x80, 0x02, 0x6C, 0x6F]).inputs == [.text(hello)])
        #expect(client([0x89, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F]).inputs == [.ping(hello)])
        #expect(
            server([0x8A, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]).inputs == [.pong(hello)])
        let data = [UInt8](repeating: 7, count: 256)
        #expect(client([0x82, 0x7E, 0x01, 0x00] + data).inputs == [.binary(ByteBuffer(bytes: data))])
        let more = [UInt8](repeating: 9, count: 65536)
        if cuts != .everyByte {
            #expect(
                client([0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0] + more).inputs == [.binary(ByteBuffer(bytes: more))])
        }
    }

    @Test("Payloads of all lengths about the borders of the length's forms come through")
    func lengths() {
        for count in [0, 1, 7, 8, 9, 124, 125, 126, 127, 128, 255, 256, 65534, 65535, 65536, 65537] {
            var generator = SplitMix64(seed: UInt64(count))
            let payload = generator.bytes(count)
            let transcript = WebSocketTranscript(
                RawFrame.client(0x82, payload), cuts: .random(seed: UInt64(count), upTo: 4000))
            #expect(transcript.inputs == [.binary(ByteBuffer(bytes: payload))])
            #expect(transcript.error == nil)
        }
    }

    @Test("Control frames come between the fragments of a message and do not disturb it", arguments: Cuts.all)
    func interleavedControl(cuts: Cuts) {
        let bytes =
            RawFrame.client(0x01, "one ") + RawFrame.client(0x89, "p") + RawFrame.client(0x00, "")
            + RawFrame.client(0x8A, "q") + RawFrame.client(0x80, "two") + RawFrame.client(0x82, [1, 2])
        #expect(
            WebSocketTranscript(bytes, cuts: cuts).inputs == [
                .ping(ByteBuffer(string: "p")), .pong(ByteBuffer(string: "q")), .text(ByteBuffer(string: "one two")),
                .binary(ByteBuffer(bytes: [1, 2])),
            ])
    }

    @Test("Empty messages are messages")
    func emptyMessages() {
        let bytes = RawFrame.client(0x81, "") + RawFrame.client(0x02, "") + RawFrame.client(0x80, "")
        #expect(WebSocketTranscript(bytes).inputs == [.text(ByteBuffer()), .binary(ByteBuffer())])
    }

    @Test("A message may have as many bytes as the limit, in one frame or many", arguments: Cuts.all)
    func exactLimit(cuts: Cuts) {
        let whole = RawFrame.client(0x82, [UInt8](repeating: 1, count: 300))
        let parts =
            RawFrame.client(0x02, [UInt8](repeating: 1, count: 200))
            + RawFrame.client(0x80, [UInt8](repeating: 1, count: 100))
        let transcript = WebSocketTranscript(whole + parts, maximumMessageBytes: 300, cuts: cuts)
        #expect(transcript.error == nil)
        #expect(transcript.inputs.count == 2)
    }

    @Test("A frame that announces too much is refused before any of it arrives")
    func announcedTooMuch() {
        let headers: [[UInt8]] = [
            [0x82, 0x80 | 65],
            [0x82, 0xFE, 0x10, 0x00],
            [0x82, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            RawFrame.client(0x02, [UInt8](repeating: 1, count: 60)) + [0x80, 0x80 | 5],
            RawFrame.client(0x02, [1]) + [0x80, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        ]
        for header in headers {
            for cuts in Cuts.all {
                let transcript = WebSocketTranscript(header, maximumMessageBytes: 64, cuts: cuts)
                #expect(transcript.error?.code == .messageTooBig)
                #expect(transcript.inputs.isEmpty)
            }
        }
    }

    @Test("The limit for messages does not hold for control frames")
    func limitIsForMessages() {
        let ping = RawFrame.client(0x89, [UInt8](repeating: 1, count: 125))
        #expect(WebSocketTranscript(ping, maximumMessageBytes: 10).inputs.count == 1)
    }

    @Test("After a close frame nothing is read any more")
    func finishedAfterClose() throws {
        var receiver = WebSocketReceiver(role: .server, maximumMessageBytes: 100)
        receiver.append(ByteBuffer(bytes: RawFrame.client(0x88, [0x03, 0xE8]) + RawFrame.client(0x81, "late")))
        let input1 = try receiver.next()
        #expect(input1 == .close(.normal, reason: ""))
        let input2 = try receiver.next()
        #expect(input2 == nil)
        receiver.append(ByteBuffer(bytes: RawFrame.client(0x81, "later")))
        let input3 = try receiver.next()
        #expect(input3 == nil)
        #expect(receiver.bufferedBytes == 0)
    }

    @Test("After an error nothing is read any more, and the error comes once")
    func finishedAfterError() throws {
        var receiver = WebSocketReceiver(role: .server, maximumMessageBytes: 100)
        receiver.append(ByteBuffer(bytes: RawFrame.client(0x81, "good") + RawFrame.client(0x83, "bad")))
        let input1 = try receiver.next()
        #expect(input1 == .text(ByteBuffer(string: "good")))
        #expect(throws: WebSocketError.self) { try receiver.next() }
        let input2 = try receiver.next()
        #expect(input2 == nil)
        receiver.append(ByteBuffer(bytes: RawFrame.client(0x81, "later")))
        let input3 = try receiver.next()
        #expect(input3 == nil)
        #expect(receiver.bufferedBytes == 0)
    }

    @Test("Close frames with a code, with a reason and without either are understood", arguments: Cuts.all)
    func closeFrames(cuts: Cuts) {
        func close(_ payload: [UInt8]) -> [WebSocketInput] {
            WebSocketTranscript(RawFrame.client(0x88, payload), cuts: cuts).inputs
        }
        #expect(close([]) == [.close(nil, reason: "")])
        #expect(close([0x03, 0xE9]) == [.close(.goingAway, reason: "")])
        #expect(close([0x11, 0x30] + Array("zurück 😀".utf8)) == [.close(.badOperation, reason: "zurück 😀")])
        let longest = String(repeating: "x", count: 123)
        #expect(close([0x03, 0xE8] + Array(longest.utf8)) == [.close(.normal, reason: longest)])
    }

    @Test("What one read brings is not kept when it was understood")
    func keepsNothing() throws {
        var receiver = WebSocketReceiver(role: .server, maximumMessageBytes: 1000)
        receiver.append(ByteBuffer(bytes: RawFrame.client(0x81, "hello") + [0x82, 0x83, 1, 2]))
        let input1 = try receiver.next()
        #expect(input1 == .text(ByteBuffer(string: "hello")))
        let input2 = try receiver.next()
        #expect(input2 == nil)
        #expect(receiver.bufferedBytes == 4)
        receiver.append(ByteBuffer(bytes: [3, 4, 0, 0]))
        let input3 = try receiver.next()
        #expect(input3 == nil)
        #expect(receiver.bufferedBytes == 2)
        receiver.append(ByteBuffer(bytes: [0]))
        let input4 = try receiver.next()
        #expect(input4 == .binary(ByteBuffer(bytes: [1, 2, 3])))
        #expect(receiver.bufferedBytes == 0)
    }

    @Test("A message does not keep the read that brought it alive")
    func doesNotPinReads() throws {
        var read = ByteBufferAllocator().buffer(capacity: 65536)
        for _ in 0..<3 { read.writeBytes(RawFrame.client(0x81, "small")) }
        var receiver = WebSocketReceiver(role: .server, maximumMessageBytes: 1000)
        receiver.append(read)
        while let input = try receiver.next() {
            switch input {
            case .text(let message): #expect(message.storageCapacity <= 8)
            default: Issue.record("\(input) is not a text")
            }
        }
    }
}
