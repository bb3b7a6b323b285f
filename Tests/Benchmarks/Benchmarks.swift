import ArgumentParser
import Foundation

/// Measurements that the documentation states (Docs/benchmarks.md); each prints a table.
@main
struct Benchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmarks", subcommands: [Allocations.self, FanOut.self, DurableAppends.self, LargeLog.self])
}

extension [Double] {
    /// The value that this part of all is not above; 0 of none.
    func quantile(_ part: Double) -> Double {
        isEmpty ? 0 : sorted()[Swift.min(count - 1, Int(Double(count) * part))]
    }

    var median: Double { quantile(0.5) }
}

extension Duration {
    var seconds: Double { self / .seconds(1) }
    var milliseconds: Double { self / .milliseconds(1) }
}

extension Double {
    func text(_ digits: Int = 0) -> String { String(format: "%.\(digits)f", self) }
}

/// Prints columns, of which the first is wide.
func printRow(_ name: String, _ cells: String...) {
    func padded(_ text: String, to width: Int) -> String {
        text.padding(toLength: max(width, text.count), withPad: " ", startingAt: 0)
    }
    print(padded(name, to: 38) + cells.map { padded($0, to: 20) }.joined())
}

/// A file with a name and a number in each line; lines that begin with `#` say what for.
func readTable(_ path: String) throws -> [String: Double] {
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
    return try Dictionary(
        lines.map { line in
            let words = line.split(separator: " ")
            guard let number = words.last.flatMap({ Double($0) }) else {
                throw ValidationError("\(path): a line without a number at its end: \(line)")
            }
            return (words.dropLast().joined(separator: " "), number)
        }, uniquingKeysWith: { $1 })
}
