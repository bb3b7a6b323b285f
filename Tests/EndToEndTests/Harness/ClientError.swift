import SluiceWire

/// Why a client of these tests cannot go on.
enum ClientError: Error {
    /// A system call failed with this `errno`.
    case system(String, CInt)
    /// Nothing came for much longer than anything here takes.
    case timedOut(String)
    /// The connection ended inside of what was being read.
    case endedEarly(String)
    /// The gateway closed the session.
    case closed(WebSocketCloseCode?, reason: String)
    /// What came is not what the test asked for.
    case unexpected(String)
}
