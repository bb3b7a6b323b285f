internal import Dispatch
internal import Glibc

/// The signal by which an operator says that files have changed.
enum HangupSignal {
    /// Calls `action` each time it comes, until the source is cancelled.
    static func each(_ action: @escaping @Sendable () -> Void) -> any DispatchSourceSignal {
        signal(SIGHUP, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        source.setEventHandler(handler: action)
        source.resume()
        return source
    }
}
