/// Where a listener listens.
package enum ListenAddress: Hashable, Sendable {
    /// A name or an address; port 0 for any that is free.
    case tcp(host: String, port: Int)
    /// A Unix socket: its path, at most 107 bytes, and its file's mode, such as 0o660.
    case unix(path: String, mode: UInt32)
}
