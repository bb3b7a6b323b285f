internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import SluiceConnection
internal import SluiceGeneration
internal import SluiceWire

/// One request on its way to a provider and its answer on the way back.
struct RelayCall: Sendable {
    /// What is asked of the provider.
    struct Outgoing: Sendable {
        let method: HTTPMethod
        /// The path and query behind the upstream's URL.
        let target: String
        /// The client's, of which those go along that may.
        let headers: HTTPHeaders
        let body: ByteBuffer
    }

    let upstream: Upstream
    let generations: Generations
    let recipient: Recipient
    let principal: String
    let outgoing: Outgoing
    let id: GenerationID
    /// Of a request under an idempotency key that is the first one.
    let claim: PaidRequests.Claim?
    let series: RelayInstruments.Series
    /// When all of it has to be done.
    let deadline: NIODeadline
    /// Called once, when nothing more comes of it.
    let finished: @Sendable () -> Void
    private let cancellation = Cancellation()

    private var limits: UpstreamConfiguration.Limits { upstream.configuration.limits }

    private var format: ProviderFormat {
        switch upstream.configuration.format {
        case .anthropic: .anthropic
        case .openai: outgoing.target.prefix { $0 != "?" }.hasSuffix("/responses") ? .openAIResponses : .openAIChat
        }
    }

    /// Has it done in a task of its own.
    ///
    /// - Parameter asksForStream: whether the answer is expected to be a generation.
    func start(asksForStream: Bool) {
        cancellation.cancels(Task { await run(asksForStream: asksForStream) })
    }

    /// Nobody waits for the answer any more.
    func cancel() { cancellation.cancel() }

    private func run(asksForStream: Bool) async {
        var meter = TokenMeter(series, format: format, now: .now)
        do throws(Generations.BeginError) {
            var generation = recipient.isCaller ? nil : try await begin()
            // The log takes a caller's generation while the provider is asked.
            async let response = ask()
            if asksForStream, generation == nil { generation = try await begin() }
            if let generation { recipient.began(generation) }
            do {
                try await relay(try await response, as: generation, &meter)
            } catch {
                let failure = RelayFailure(error, hasBegun: false)
                generation?.end(failure.record)
                if generation == nil, let claim { generations.release(claim, of: id) }
                recipient.respond(generation?.state == .cancelled ? .cancelled : failure.problem)
            }
        } catch {
            if let claim { generations.release(claim, of: id) }
            recipient.refuse(Problem(error))
        }
        upstream.allowance.leave(principal, tokens: meter.tokens, now: .now)
        meter.ended(now: .now)
        finished()
    }

    private func ask() async throws -> HTTPClientResponse {
        try await upstream.execute(outgoing, deadline: deadline)
    }

    private func isEventStream(_ response: HTTPClientResponse) -> Bool {
        response.status == .ok
            && response.headers.first(name: "content-type").map { MediaType($0).essence } == "text/event-stream"
    }

    private func begin() async throws(Generations.BeginError) -> Generation {
        let beginning = GenerationRecord(
            .queued, format: format, owner: principal, upstream: upstream.configuration.name)
        let generation = try await generations.begin(id, beginning, claim: claim)
        let cancellation = cancellation
        generation.whenStopped { cancellation.cancel() }
        return generation
    }

    // MARK: The way back

    private func relay(
        _ response: HTTPClientResponse, as begun: Generation?, _ meter: inout TokenMeter
    ) async throws {
        guard isEventStream(response) else { return try await pass(response, insteadOf: begun, &meter) }
        let generation: Generation
        if let begun { generation = begun } else { generation = try await begin() }
        await stream(response, as: generation, &meter)
    }

    /// An answer that is no stream, with its status, as it is.
    private func pass(
        _ response: HTTPClientResponse, insteadOf generation: Generation?, _ meter: inout TokenMeter
    ) async throws {
        let status = Int(response.status.code)
        let body = try await collect(response.body)
        let error = ProviderError(answer: body.readableBytesView).map { ": \($0)" } ?? ""
        generation?.end(
            GenerationRecord(
                .failed, cause: "not-a-stream", detail: "the provider answered \(status) without a stream\(error)"))
        if generation == nil, let claim { generations.release(claim, of: id) }
        meter.count(answer: body)
        var headers = RelayedHeaders.response(response.headers)
        if let generation { headers.append(("sluice-generation", generation.id.text)) }
        recipient.respond(Response(status: status, headers: headers, body: body))
    }

    private func collect(_ body: HTTPClientResponse.Body) async throws -> ByteBuffer {
        var whole = ByteBuffer()
        for try await chunk in body {
            guard NIODeadline.now() < deadline else { throw RelayFailure.slow }
            whole.writeImmutableBuffer(chunk)
            guard whole.readableBytes <= limits.answerBytes else {
                throw RelayFailure(
                    "answer-too-large", "the provider's answer has more than \(limits.answerBytes) bytes")
            }
        }
        return whole
    }

    private func stream(
        _ response: HTTPClientResponse, as generation: Generation, _ meter: inout TokenMeter
    ) async {
        var head = TakeoverHead(status: 200, headers: RelayedHeaders.response(response.headers))
        head.headers += generation.id.headers + [("x-accel-buffering", "no")]
        generation.join()
        let time = upstream.configuration.cancelUnwatchedAfter
        let client = recipient.open(head) { generation.leave(cancellingAfter: time) }
        generation.begins()
        // However the answer ended, its caller sees what the provider's client would see.
        do {
            try await copy(response.body, to: client, generation, &meter)
            client?.end()
        } catch {
            generation.end(RelayFailure(error, hasBegun: true).record)
            client?.abort()
        }
    }

    /// - Throws: when it broke off.
    private func copy(
        _ body: HTTPClientResponse.Body, to client: Caller.Stream?, _ generation: Generation, _ meter: inout TokenMeter
    ) async throws {
        var splitter = BlockSplitter(maximumBytes: limits.eventBytes)
        var bytes = 0
        var ending: StreamEnding?
        for try await chunk in body {
            client?.write(chunk)
            guard NIODeadline.now() < deadline else { throw RelayFailure.slow }
            bytes += chunk.readableBytes
            guard bytes <= limits.generationBytes else { throw RelayFailure.tooLarge(limits.generationBytes) }
            let blocks = try splitter.append(chunk)
            for block in blocks {
                let read = ProviderBlock(String(buffer: block))
                meter.count(read, now: .now)
                if ending == nil { ending = generation.format.ending(of: read) }
            }
            generation.append(blocks)
            // It is over when the provider says so, not when it hangs up.
            if let ending { generation.end(GenerationRecord(endingWith: ending)) }
            await generation.room()
        }
        generation.end((splitter.isInBlock ? RelayFailure.cutEvent : RelayFailure.cut).record)
    }
}

extension GenerationRecord {
    /// The end of which a provider's last word tells.
    init(endingWith ending: StreamEnding) {
        switch ending {
        case .complete:
            self.init(.complete)
        case .failed(let error):
            self.init(.failed, cause: "provider-error", detail: error.description)
        }
    }
}
