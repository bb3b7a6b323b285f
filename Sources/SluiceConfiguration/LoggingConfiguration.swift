package import Logging

/// What is logged, and in which form.
package struct LoggingConfiguration: Hashable, Sendable {
    package enum Format: String, Hashable, Sendable, CaseIterable {
        /// Text when the output is a terminal, otherwise JSON.
        case auto
        case text
        /// One JSON object a line.
        case json
    }

    package var level = Logger.Level.info
    package var format = Format.auto

    package init() {}
}
