import ArgumentParser
import Foundation

/// Measurements that the documentation states (Docs/benchmarks.md); each prints a table.
@main
struct Benchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmarks", subcommands: [DurableAppends.self, LargeLog.self])
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

/// Prints columns of equal width.
func printRow(_ cells: String...) {
    print(cells.map { $0.padding(toLength: 26, withPad: " ", startingAt: 0) }.joined())
}
