package import SluiceServer

/// The configuration of a gateway as a file and an environment make it.
package struct LoadedConfiguration: Sendable {
    /// The path of the file that was read; nil when there was none.
    package var file: String?
    package var gateway = GatewayConfiguration()
    package var logging = LoggingConfiguration()

    /// The defaults.
    package init() {}
}
