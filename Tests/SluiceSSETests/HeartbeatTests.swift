import SluiceTestSupport
import SluiceWire
import Testing

@testable import SluiceSSE

@Suite("A heartbeat") struct HeartbeatTests {
    @Test("moves the client's id while the stream is live, also over events that it did not select")
    func live() throws {
        let gateway = try TestGateway()
        let stream = try gateway.stream("/topics/t")
        _ = try stream.heard()
        gateway.advance(intervals: 2)
        var beats = try stream.heard()
        #expect(!beats.isEmpty && beats.allSatisfy { $0 == .idMoved("t-0") })
        try gateway.publish("other", "1", "2")
        gateway.advance(intervals: 2)
        beats = try stream.heard()
        #expect(!beats.isEmpty && beats.allSatisfy { $0 == .idMoved("t-2") })
    }

    @Test("lets no stream be silent for longer than the interval", arguments: [1, 3, 5, 7, 9, 11, 13, 15])
    func silence(sixteenths: Int) throws {
        let gateway = try TestGateway()
        let streams = try (0..<20).map { _ in try gateway.stream("/topics/t") }
        var silence = [Int](repeating: 0, count: streams.count)
        var longest = 0
        for tick in 0..<64 * 6 {
            for (number, stream) in streams.enumerated() {
                silence[number] = try stream.heard().isEmpty ? silence[number] + 1 : 0
            }
            longest = max(longest, silence.max() ?? 0)
            if tick == sixteenths * 4 { try gateway.publish("t", "1") }
            gateway.advance(intervals: 1.0 / 64)
        }
        #expect((1...64).contains(longest))
    }

    @Test("does not come into a stream that is busy")
    func busy() throws {
        let gateway = try TestGateway()
        let stream = try gateway.stream("/topics/t")
        _ = try stream.heard()
        for number in 1...40 {
            try gateway.publish("t", "\(number)")
            gateway.advance(intervals: 1.0 / 4)
        }
        #expect(try stream.heard() == (1...40).map { .event(id: "t-\($0)", type: nil, data: "\($0)") })
    }

    @Test("is a comment while the stream reads the log, since an id would pass over what is still owed")
    func behind() throws {
        let gateway = try TestGateway()
        let stream = try gateway.stream("/topics/t")
        _ = try stream.heard()
        stream.socket.stall()
        try gateway.publish("t", "1")
        gateway.log.holdReads()
        stream.socket.resume()
        gateway.advance(intervals: 3)
        let beats = try stream.heard()
        #expect(!beats.isEmpty && beats.allSatisfy { $0 == .comment("") })
        gateway.log.release()
        gateway.settle()
        #expect(try stream.heard() == [.event(id: "t-1", type: nil, data: "1")])
        gateway.advance(intervals: 2)
        #expect(try stream.heard().last == .idMoved("t-1"))
    }

    @Test("is not piled up for a client that does not read")
    func stalled() throws {
        let gateway = try TestGateway()
        let stream = try gateway.stream("/topics/t")
        _ = try stream.heard()
        stream.socket.stall()
        gateway.advance(intervals: 100)
        #expect(stream.socket.waitingBytes == 0)
        #expect(!stream.isOutputClosed)
        stream.socket.resume()
        gateway.advance(intervals: 2)
        #expect(try stream.heard().last == .idMoved("t-0"))
    }
}
