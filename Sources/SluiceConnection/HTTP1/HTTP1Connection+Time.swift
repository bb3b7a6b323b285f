internal import NIOCore

/// How long each thing may take, and what ends when there is no time left.
extension HTTP1Connection {
    /// Who is only here to be told that there is no room gets little time for it.
    func armForRequest() {
        switch peer.admission {
        case .granted: arm(loop.core.configuration.limits.requestTime)
        case .refused: arm(min(loop.core.configuration.limits.requestTime, .seconds(5)))
        }
    }

    func arm(_ time: TimeAmount) {
        deadline.set(in: time, on: loop.eventLoop, for: self)
    }

    func deadlinePassed() {
        guard let context else { return }
        switch phase {
        case .lingering:
            context.close(promise: nil)
        case .takenOver:
            break
        case .serving:
            guard let exchange = arriving else {
                if headIsPartial {
                    refuse(Problem(408, "request-timeout", "the request's header took too long"))
                } else {
                    context.close(promise: nil)
                }
                return
            }
            arriving = nil
            inputIsSpoilt = true
            let what = arrivingIsStream ? "the streaming body brought nothing for too long" : "the body took too long"
            exchange.bodyFailed(Problem(408, "request-timeout", what))
            writeAnswers()
            if phase == .serving, !waiting.contains(exchange) { linger() }
        }
    }

    /// The gateway is draining: streaming bodies end where they are, idle connections close.
    func drain() {
        guard phase == .serving else { return }
        if let exchange = arriving, arrivingIsStream { exchange.bodyFailed(.draining) }
        for exchange in waiting.exchanges { exchange.drain() }
        if phase == .serving, waiting.isEmpty, arriving == nil || arrivingIsStream { linger() }
    }
}
