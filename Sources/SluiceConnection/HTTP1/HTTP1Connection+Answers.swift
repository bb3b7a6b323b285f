internal import NIOCore
internal import NIOHTTP1

// Answers are written in the order of the requests, until another handler takes over or the connection ends.
extension HTTP1Connection {
    func writeAnswers() {
        while phase == .serving, let entry = waiting.first, let answer = entry.answer {
            switch answer {
            case .response(let response):
                waiting.removeFirst()
                let bodyIsDue = arriving === entry.exchange
                // Nothing more is read, but what was asked before is still answered.
                let isLast = waiting.isEmpty && (inputIsSpoilt || loop.core.isDraining)
                // A short rest of a body is read and dropped; for a long one the connection is closed.
                let keepsAlive =
                    entry.keepsAlive && !isLast && !(bodyIsDue && entry.exchange.request.restIsLong)
                write(response, to: entry, keepsAlive: keepsAlive)
                if !keepsAlive {
                    linger()
                } else if waiting.isEmpty, arriving == nil {
                    arm(loop.core.configuration.limits.idleTime)
                }
                regulateReading()
            case .takeover(let head, let makeHandler):
                guard arriving !== entry.exchange else { return }
                waiting.removeFirst()
                handOver(entry.exchange, with: head, to: makeHandler())
            }
        }
        if phase == .serving, waiting.isEmpty, let farewell {
            write(farewell.response, to: nil, keepsAlive: false)
            linger()
        }
    }

    private func write(_ response: Response, to entry: AnswerQueue.Entry?, keepsAlive: Bool) {
        guard let context else { return }
        var buffer = context.channel.allocator.buffer(capacity: 256 + response.body.readableBytes)
        buffer.writeHTTP1(
            response, date: loop.httpDate(),
            connection: !keepsAlive ? "close" : entry?.isHTTP10 == true ? "keep-alive" : nil,
            omitsBody: entry?.exchange.request.method == .HEAD)
        context.write(wrapOutboundOut(buffer), promise: nil)
        if !isReading { context.flush() }
    }

    /// Closes so that the peer can read the answers: once they are on their way, and not while there is unread
    /// input, which would reset the connection and could destroy them (RFC 9112 § 9.6).
    func linger() {
        guard let context else { return }
        phase = .lingering
        for exchange in waiting.removeAll() { exchange.abandon() }
        arriving?.abandon()
        arriving = nil
        setAutoRead(true)
        arm(loop.core.configuration.limits.idleTime)
        let flushed = context.eventLoop.makePromise(of: Void.self)
        flushed.futureResult.assumeIsolated().whenComplete { _ in self.answersAreOut() }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: flushed)
    }

    private func answersAreOut() {
        guard let context else { return }
        guard !isInputClosed else { return context.close(promise: nil) }
        isOutputClosed = true
        context.close(mode: .output, promise: nil)
        arm(.seconds(2))
    }

    private func handOver(_ exchange: Exchange, with head: TakeoverHead, to handler: any ChannelHandler) {
        guard let context else { return }
        exchange.lasts(as: context.channel)
        phase = .takenOver
        deadline.cancel()
        setAutoRead(true)
        for exchange in waiting.removeAll() { exchange.abandon() }
        var buffer = context.channel.allocator.buffer(capacity: 256)
        buffer.writeHTTP1(head, date: loop.httpDate())
        context.write(wrapOutboundOut(buffer), promise: nil)
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandler(handler, position: .after(self))
        } catch {
            return context.close(promise: nil)
        }
        context.flush()
        if isInputClosed { context.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
        // The decoder leaves when the read that is under way is done, and passes on what it has not decoded.
        pipeline.removeHandler(decoder).assumeIsolated().whenComplete { _ in
            guard let context = self.context else { return }
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        }
    }
}

extension HTTP1Connection: ExchangeTransport {
    func respond(_ response: Response, to exchange: Exchange) {
        answer(exchange, with: .response(response))
    }

    func takeOver(_ head: TakeoverHead, from exchange: Exchange, makeHandler: @escaping () -> any ChannelHandler) {
        answer(exchange, with: .takeover(head, makeHandler))
    }

    private func answer(_ exchange: Exchange, with answer: AnswerQueue.Answer) {
        if waiting.keep(answer, for: exchange) { writeAnswers() }
    }

    func takesChunks(for exchange: Exchange) -> Bool {
        waiting.isHTTP10(exchange) == false
    }

    func bodyPauseChanged() {
        regulateReading()
    }

    func wantsBody(of exchange: Exchange, isStream: Bool) {
        guard arriving === exchange, let context else { return }
        arrivingIsStream = isStream
        if isStream { arm(loop.core.configuration.limits.idleTime) }
        let expectsContinue = exchange.request.header("expect")?.lowercased() == "100-continue"
        if expectsContinue, waiting.first?.exchange === exchange {
            context.writeAndFlush(
                wrapOutboundOut(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
        }
    }
}
