import Testing

@testable import SluiceBench

@Suite("The mark that a benchmark's events begin with")
struct EventMarkTests {
    private static func marks(_ text: String, cutInto size: Int) -> [EventMark] {
        var scanner = EventMarkScanner()
        var found: [EventMark] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            let part = Array(bytes[start..<min(start + size, bytes.count)])
            part.withUnsafeBytes { scanner.scan($0) { found.append($0) } }
        }
        return found
    }

    private static let some = [
        EventMark(due: 0, publisher: 0, number: 0), EventMark(due: .max, publisher: .max, number: EventMark.warmUp),
        EventMark(due: 0x123_4567_89AB, publisher: 7, number: 99),
    ]

    @Test("is as long as it says")
    func length() {
        #expect(Self.some.map(\.text.utf8.count) == [EventMark.length, EventMark.length, EventMark.length])
    }

    @Test("is found in whatever stands around it, however that is cut", arguments: [1, 2, 7, 32, 33, 34, 100, 1000])
    func scanning(size: Int) {
        let text =
            "id: a@b\ndata: \(Self.some[0].text)xxx\n\n@@@@\(Self.some[1].text)\(Self.some[2].text)"
            + #"{"data":"\#(Self.some[0].text)"}@"#
        #expect(Self.marks(text, cutInto: size) == Self.some + [Self.some[0]])
    }

    @Test(
        "is not found in what only looks like one",
        arguments: [
            "@@0000000000000000#0000000000g0@@", "@@000000000000000g#000000000000@@",
            "@@0000000000000000-000000000000@@",
            "@@0000000000000000#000000000000@x", "@0000000000000000#0000000000000@@",
            "@@0000000000000000#00000000000A@@",
        ])
    func others(text: String) {
        #expect(text.utf8.count == EventMark.length)
        for size in [1, 33] { #expect(Self.marks(text + "  ", cutInto: size).isEmpty) }
        #expect(Self.marks(text + Self.some[2].text, cutInto: 5) == [Self.some[2]])
    }
}
