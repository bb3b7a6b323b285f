import Logging
import SluiceConfiguration
import SluiceTopics
import Testing

@testable import sluice

struct LogLineTests {
    private func line(_ message: String, _ metadata: Logger.Metadata = [:]) -> LogLine {
        LogLine(time: Timestamp(milliseconds: 1_751_286_896_789), level: .info, message: message, metadata: metadata)
    }

    @Test("a line of text has the time, the level, the message and the metadata in the order of its keys")
    func text() {
        #expect(
            line("listening", ["port": "8080", "address": "::1"]).text
                == "2025-06-30T12:34:56.789Z info listening address=::1 port=8080")
    }

    @Test("values that could be misread are in quotation marks")
    func quoted() {
        #expect(
            line("m", ["a": "x y", "b": "", "c": #"say "hi""#, "d": "k=v"]).text
                == #"2025-06-30T12:34:56.789Z info m a="x y" b="" c="say \"hi\"" d="k=v""#)
    }

    @Test("nothing that is logged can forge a line or command the terminal")
    func escaped() {
        let line = line("a\nb", ["k\u{1B}": "v\r\nw\u{9B}"])
        #expect(line.text == #"2025-06-30T12:34:56.789Z info a\nb k\u{1b}=v\r\nw\u{9b}"#)
        #expect(!line.json.contains("\n"))
    }

    @Test("a line of JSON keeps the structure of the metadata")
    func json() {
        #expect(line("m").json == #"{"time":"2025-06-30T12:34:56.789Z","level":"info","message":"m"}"#)
        #expect(
            line("say \"hi\"\n", ["b": ["x", "y"], "a": ["k": "v\u{1B}"], "c": .stringConvertible(7)]).json
                == #"{"time":"2025-06-30T12:34:56.789Z","level":"info","message":"say \"hi\"\n","#
                + #""metadata":{"a":{"k":"v\u001b"},"b":["x","y"],"c":"7"}}"#)
    }

    @Test("the nearest metadata wins")
    func merging() {
        var handler = LineLogHandler(
            format: .text, level: .info, metadataProvider: Logger.MetadataProvider { ["a": "1", "b": "1", "c": "1"] })
        handler[metadataKey: "b"] = "2"
        handler[metadataKey: "c"] = "2"
        let event = LogEvent(
            level: .error, message: "m", error: nil, metadata: ["c": "3"], source: nil, file: "f", function: "g",
            line: 1)
        let line = handler.line(for: event, at: Timestamp(milliseconds: 0))
        #expect(line.metadata == ["a": "1", "b": "2", "c": "3"])
        #expect(line.level == .error)
    }

    @Test(
        "a terminal gets text, anything else JSON, unless the configuration says otherwise",
        arguments: [
            (.auto, true, .text), (.auto, false, .json), (.text, false, .text), (.json, true, .json),
        ] as [(LoggingConfiguration.Format, Bool, LineLogHandler.Format)])
    func format(configured: LoggingConfiguration.Format, isTerminal: Bool, chosen: LineLogHandler.Format) {
        var configuration = LoggingConfiguration()
        configuration.format = configured
        #expect(configuration.chosenFormat(isTerminal: isTerminal) == chosen)
    }
}
