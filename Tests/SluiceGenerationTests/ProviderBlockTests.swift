import SluiceGeneration
import Testing

@Suite struct ProviderBlockTests {
    struct Example: CustomTestStringConvertible, Sendable {
        var block: String
        var event: String?
        var data = ""
        var isEmpty = false

        var testDescription: String { block.debugDescription }
    }

    static let fields: [Example] = [
        Example(block: "event: ping\ndata: {}\n\n", event: "ping", data: "{}"),
        Example(block: "data: {}\nevent: ping", event: "ping", data: "{}"),
        Example(block: "event:ping\ndata:{}\n\n", event: "ping", data: "{}"),
        Example(block: "event:  ping \ndata:   {} \n\n", event: " ping ", data: "  {} "),
        Example(block: "event: a\nevent: b\ndata: c\n\n", event: "b", data: "c"),
        Example(block: "event: a\nevent\ndata: c\n\n", data: "c"),
        Example(block: "event:\ndata: c\n\n", data: "c"),
        Example(block: "data: a: b:c\n\n", data: "a: b:c"),
        Example(block: "data:\ta\n\n", data: "\ta"),
        Example(block: "data: é😀\u{2028}\0\n\n", data: "é😀\u{2028}\0"),
        Example(block: "id: 7\nretry: 10\nfoo: bar\nfoo\ndata: a\n\n", data: "a"),
        Example(block: ": data: a\n:event: b\ndata: c\n\n", data: "c"),
        Example(block: "dataset: a\n data: b\nData: c\ndat: d\ndata : e\nevents: f\n\n", isEmpty: true),
    ]

    static let lines: [Example] = [
        Example(block: "event: a\r\ndata: b\r\ndata: c\r\n\r\n", event: "a", data: "b\nc"),
        Example(block: "event: a\rdata: b\rdata: c\r\r", event: "a", data: "b\nc"),
        Example(block: "event: a\ndata: b\r\ndata: c\rdata: d\n\r\n", event: "a", data: "b\nc\nd"),
        Example(block: "data: a\ndata:\ndata\ndata: b\n\n", data: "a\n\n\nb"),
        Example(block: "data: a\n: between\ndata: b\n\n", data: "a\nb"),
        Example(block: "data: a\ndata:", data: "a\n"),
        Example(block: "data", data: ""),
        Example(block: "data:\n\n", data: ""),
        Example(block: "data\ndata\n\n", data: "\n"),
    ]

    static let empty: [Example] = [
        Example(block: "", isEmpty: true),
        Example(block: "\n\n", isEmpty: true),
        Example(block: "\r\n\r\n", isEmpty: true),
        Example(block: ": keep-alive\n\n", isEmpty: true),
        Example(block: "event: ping\n\n", event: "ping", isEmpty: true),
        Example(block: "id: 7\n\n", isEmpty: true),
    ]

    @Test("A block is read as a browser reads it", arguments: fields + lines + empty)
    func reads(example: Example) {
        let block = ProviderBlock(example.block)
        #expect(block.event == example.event)
        #expect(block.data == example.data)
        #expect(block.isEmpty == example.isEmpty)
    }

    @Test("A part of a larger text is read like a text of its own", arguments: fields + lines + empty)
    func readsParts(example: Example) {
        let text = "data: before\n\n" + example.block + "data: after"
        let part = text.dropFirst("data: before\n\n".count).dropLast("data: after".count)
        #expect(ProviderBlock(part) == ProviderBlock(example.block))
    }
}
