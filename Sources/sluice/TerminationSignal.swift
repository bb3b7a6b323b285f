internal import Dispatch
internal import Glibc

/// The signals that ask the process to stop. While it does, a second one stops it at once.
enum TerminationSignal: String, CaseIterable {
    case interrupt = "SIGINT"
    case terminate = "SIGTERM"

    private var number: CInt {
        switch self {
        case .interrupt: SIGINT
        case .terminate: SIGTERM
        }
    }

    /// Waits for the first one.
    static func first() async -> TerminationSignal {
        let (signals, continuation) = AsyncStream.makeStream(of: TerminationSignal.self)
        let sources = allCases.map { each in
            // Otherwise the process would end before the source hears of it.
            signal(each.number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: each.number, queue: .global())
            source.setEventHandler { continuation.yield(each) }
            source.resume()
            return source
        }
        var received = TerminationSignal.terminate
        for await signal in signals {
            received = signal
            break
        }
        for source in sources { source.cancel() }
        for each in allCases { signal(each.number, SIG_DFL) }
        return received
    }
}
