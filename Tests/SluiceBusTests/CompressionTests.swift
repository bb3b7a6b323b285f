import NIOCore
import SluiceLog
import SluiceTopics
import SluiceWire
import Testing

@testable import SluiceBus

@Suite("Compression") struct CompressionTests {
    private static let large = String(repeating: "all the same ", count: 200)
    private static let deflate = ContentCoding.permessageDeflate(windowBits: 15)

    private static func address(_ buffer: ByteBuffer?) -> UInt? {
        buffer?.withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) }
    }

    @Test(
        "is done once: live subscribers and those who read from the log share the bytes",
        arguments: [
            (DeliveryFormat.webSocketRaw, deflate), (.webSocketJSON, deflate), (.eventStreamRaw, .gzip),
            (.eventStreamJSON, .gzip),
        ])
    func once(format: DeliveryFormat, coding: ContentCoding) throws {
        let test = try TestBus()
        let live = try (0..<3).map { _ in try test.client(format, coding: coding) }
        for client in live { try client.start("a", from: .after(0)) }
        try test.publish("a", Self.large)
        let late = try test.client(format, coding: coding)
        try late.start("a", from: .after(0))
        let addresses = (live + [late]).map { Self.address($0.socket.written.last) }
        #expect(Set(addresses).count == 1)
        let bytes = try #require(late.socket.written.last).readableBytes
        #expect(bytes < Self.large.utf8.count / 3)
        #expect(test.hub.report().counts.deliveredBytes == 3 * bytes)
    }

    @Test("leaves small events alone: they are the same bytes as without it")
    func small() throws {
        let test = try TestBus()
        let clients = [
            try test.client(.webSocketRaw), try test.client(.webSocketRaw, coding: Self.deflate),
            try test.client(.webSocketRaw, coding: .permessageDeflate(windowBits: 9)),
        ]
        for client in clients { try client.start("a", from: .after(0)) }
        try test.publish("a", "small")
        #expect(Set(clients.map { Self.address($0.socket.written.last) }).count == 1)
    }

    @Test("keeps windows apart, and leaves alone what it would only make larger")
    func windows() throws {
        let test = try TestBus()
        let clients = try [9, 15].map {
            try test.client(.webSocketRaw, coding: .permessageDeflate(windowBits: $0))
        }
        for client in clients { try client.start("a", from: .after(0)) }
        let far = (0..<600).map { String($0 * 7919 % 1000, radix: 36) }.joined()
        try test.publish("a", far + far)
        let sizes = clients.compactMap { $0.socket.written.last?.readableBytes }
        #expect(sizes[0] > sizes[1])

        var generator = SystemRandomNumberGenerator()
        let noise = String(
            decoding: (0..<1500).map { _ in UInt8.random(in: 33...126, using: &generator) }, as: UTF8.self)
        try test.publish("a", noise)
        for client in clients {
            let frame = try #require(client.socket.written.last)
            let isCompressed = frame.getInteger(at: frame.readerIndex, as: UInt8.self).map { $0 & 0x40 != 0 }
            #expect(frame.readableBytes <= noise.utf8.count + 4)
            #expect(isCompressed == (frame.readableBytes < noise.utf8.count + 4))
        }
    }

    @Test("the cache of encodings keeps to its size, and the oldest goes first")
    func cache() {
        var cache = EncodingCache<Int, String>(maximumBytes: 3000)
        for key in 1...4 { cache.insert("\(key)", bytes: 500, for: key) }
        #expect((1...4).map { cache[$0] } == [nil, "2", "3", "4"])
        cache.insert("large", bytes: 5000, for: 9)
        cache.insert("small", bytes: 0, for: 2)
        cache.insert("5", bytes: 500, for: 5)
        #expect((2...5).map { cache[$0] } == ["small", "3", "4", "5"])
        cache.insert("6", bytes: 500, for: 6)
        #expect((2...6).map { cache[$0] } == [nil, nil, "4", "5", "6"])
    }
}
