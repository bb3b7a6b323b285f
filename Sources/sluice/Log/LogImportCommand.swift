internal import ArgumentParser
internal import FoundationEssentials
internal import SluiceConnection
internal import SluiceSQLiteLog
internal import SluiceTopics

struct LogImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Make a log of the NDJSON on standard input, as 'export' prints it.",
        discussion: "Into a file that is not there yet. Order and times are kept; ids are new, as the log is: every "
            + "cursor of another log is a gap to it. A line without 'time' gets the present one.")

    @OptionGroup var options: LogFileOptions

    func run() throws {
        var line = 0
        let count = try options.log().import {
            while let text = readLine() {
                line += 1
                if !text.isEmpty { return try event(text, line: line) }
            }
            return nil
        }
        StandardError.write(line: "events imported: \(count)")
    }

    private struct Line: Decodable {
        let object: PublishedObject
        let time: String?

        enum CodingKeys: CodingKey { case time }

        init(from decoder: any Decoder) throws {
            object = try PublishedObject(from: decoder)
            time = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(String.self, forKey: .time)
        }
    }

    /// What is wrong with a line, and which.
    private struct LineError: Error, CustomStringConvertible {
        let description: String

        init(_ line: Int, _ reason: String) { description = "line \(line): \(reason)" }
    }

    private func event(_ text: String, line: Int) throws -> SQLiteLogFile.ImportedEvent {
        let decoded: Line
        do {
            decoded = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
        } catch {
            throw LineError(line, PublishedObject.reason(error, expected: "a line is a JSON object"))
        }
        do throws(Problem) {
            let publication = try decoded.object.publication()
            return SQLiteLogFile.ImportedEvent(publication, time: try time(decoded.time))
        } catch {
            throw LineError(line, error.detail)
        }
    }

    private func time(_ text: String?) throws(Problem) -> Timestamp {
        guard let text else { return Timestamp(date: .now) }
        let styles = [true, false].map { Date.ISO8601FormatStyle(includingFractionalSeconds: $0) }
        for style in styles { if let date = try? style.parse(text) { return Timestamp(date: date) } }
        throw .badRequest("invalid-time", "'\(text)' is not a time (RFC 3339, in UTC)")
    }
}

extension Timestamp {
    fileprivate init(date: Date) {
        self.init(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded()))
    }
}
