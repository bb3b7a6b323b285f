/// Why a benchmark could not be run; a sentence for a person.
package struct BenchmarkError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
