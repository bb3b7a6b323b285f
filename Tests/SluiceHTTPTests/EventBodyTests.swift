import NIOCore
import SluiceConnection
import SluiceTestSupport
import SluiceTopics
import Testing

@testable import SluiceHTTP

/// Streaming bodies: whole, one byte at a time and cut in random places, they are the same events.
@Suite struct EventBodyTests {
    enum Format: CaseIterable {
        case jsonLines, eventStream

        func parser(maximumBytes: Int) -> any EventBodyParser {
            switch self {
            case .jsonLines: JSONLines(maximumBytes: maximumBytes)
            case .eventStream: EventStreamBody(maximumBytes: maximumBytes)
            }
        }
    }

    /// The events of a body, each with its type, and what was wrong with the rest.
    private func transcript(
        _ format: Format, _ pieces: [ArraySlice<UInt8>], maximumBytes: Int
    ) -> [String] {
        let parser = format.parser(maximumBytes: maximumBytes)
        var transcript: [String] = []
        func note(_ event: BodyEvent) {
            transcript.append((event.type.map { "\($0): " } ?? "") + String(buffer: event.payload.data))
        }
        do throws(Problem) {
            for piece in pieces {
                parser.append(ByteBuffer(bytes: piece))
                while let event = try parser.next() { note(event) }
            }
            if let event = try parser.finish() { note(event) }
        } catch {
            transcript.append("\(error.status) \(error.type)")
        }
        return transcript
    }

    private func expect(
        _ format: Format, _ text: String, _ expected: [String], maximumBytes: Int = 100,
        at location: SourceLocation = #_sourceLocation
    ) {
        let bytes = Array(text.utf8)
        #expect(
            transcript(format, [bytes[...]], maximumBytes: maximumBytes) == expected, "whole", sourceLocation: location)
        let single = bytes.indices.map { bytes[$0...$0] }
        #expect(
            transcript(format, single, maximumBytes: maximumBytes) == expected, "by bytes", sourceLocation: location)
        for seed in UInt64(1)...20 {
            var generator = SplitMix64(seed: seed)
            var pieces: [ArraySlice<UInt8>] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...12, using: &generator))
                pieces.append(piece)
                rest = rest.dropFirst(piece.count)
            }
            #expect(
                transcript(format, pieces, maximumBytes: maximumBytes) == expected, "seed \(seed)",
                sourceLocation: location)
        }
    }

    @Test("every line is an event, empty ones are passed over, and the last needs no end")
    func lines() {
        expect(
            .jsonLines, "{\"a\":1}\n\n7\r\n\r\n\"\u{E9}\"\n [1, 2] \nnull",
            ["{\"a\":1}", "7", "\"\u{E9}\"", " [1, 2] ", "null"])
        expect(.jsonLines, "", [])
        expect(.jsonLines, "\n\r\n\n", [])
        expect(.jsonLines, "true", ["true"])
    }

    @Test(
        "a line that is not a JSON text ends the body, and what was before it counts",
        arguments: ["x", "{", "{\"a\":1}}", "1 2", "'a'", "+1", ".5", "nul", "\"a", "\u{1}"])
    func badLine(line: String) {
        expect(.jsonLines, "1\n\(line)\n2\n", ["1", "400 invalid-json"])
        expect(.jsonLines, "1\n\(line)", ["1", "400 invalid-json"])
    }

    @Test(
        "numbers, escapes and commas are checked, too",
        arguments: ["01", "1.", "[1,]", "1e", "--1", "[1.2.3]", "\"\\x\""])
    func badToken(line: String) {
        expect(.jsonLines, line, ["400 invalid-json"])
    }

    @Test("a line that is not UTF-8 is not a JSON text")
    func invalidUTF8() {
        let bytes: [UInt8] = [0x22, 0xFF, 0x22, 0x0A]
        #expect(transcript(.jsonLines, [bytes[...]], maximumBytes: 10) == ["400 invalid-json"])
        #expect(transcript(.jsonLines, bytes.indices.map { bytes[$0...$0] }, maximumBytes: 10) == ["400 invalid-json"])
    }

    @Test("the limit is that of one event, however its line ends", arguments: ["\n", "\r\n", ""])
    func limit(end: String) {
        let fits = "\"" + String(repeating: "x", count: 8) + "\""
        let tooLong = "\"" + String(repeating: "x", count: 9) + "\""
        expect(.jsonLines, fits + end, [fits], maximumBytes: 10)
        expect(.jsonLines, fits + "\n" + fits + end, [fits, fits], maximumBytes: 10)
        expect(.jsonLines, fits + "\n" + tooLong + end, [fits, "413 too-large"], maximumBytes: 10)
    }

    @Test("every block of an event stream is an event; ids, comments and times are not")
    func blocks() {
        expect(
            .eventStream,
            "\u{FEFF}: hello\nretry: 5\n\ndata: one\n\nid: 7\nevent: t\ndata: two\r\ndata:lines\r\n\r\nid: 8\n\ndata\n\n",
            ["one", "t: two\nlines", ""])
        // As a gateway's own stream begins.
        expect(
            .eventStream, "retry: 5\n\nid: a-0\nevent: sluice.start\ndata: {}\n\nid: a-1\ndata: one\n\n", ["one"])
        expect(.eventStream, "", [])
        expect(.eventStream, ": only a comment\n", [])
    }

    @Test("an event whose blank line is missing is said to be")
    func unfinished() {
        expect(.eventStream, "data: one\n\ndata: two\n", ["one", "400 incomplete-event"])
        expect(.eventStream, "data: one", ["400 incomplete-event"])
    }

    @Test("an event with a type that is not for publishers ends the body")
    func badType() {
        expect(.eventStream, "data: one\n\nevent: error\ndata: two\n\ndata: three\n\n", ["one", "400 invalid-type"])
        expect(.eventStream, "event: sluice.gap\ndata: x\n\n", ["400 invalid-type"])
    }

    @Test("data in a stream is text, and a line is JSON")
    func payloads() throws {
        let lines = JSONLines(maximumBytes: 10)
        lines.append(ByteBuffer(string: "1\n"))
        let line = try #require(try lines.next())
        #expect(line.payload.encoding == .text)
        #expect(line.payload.contentType == "application/json")
        #expect(line.type == nil)
        let stream = EventStreamBody(maximumBytes: 10)
        stream.append(ByteBuffer(string: "data: 1\n\n"))
        #expect(try stream.next()?.payload == Payload(text: "1"))
    }

    @Test("an event of a stream that is over the limit is refused as too large")
    func largeBlock() {
        let data = String(repeating: "x", count: 200)
        expect(.eventStream, "data: one\n\ndata: \(data)\n\n", ["one", "413 too-large"], maximumBytes: 100)
    }
}
