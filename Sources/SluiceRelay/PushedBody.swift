internal import NIOCore
internal import SluiceConnection
internal import SluiceGeneration

/// The body of a backend's request as the blocks of a generation, while it arrives.
final class PushedBody: BodyConsumer {
    enum Framing {
        /// Server-sent events, kept as they are.
        case blocks
        /// A JSON text in each line, which becomes the data of a block.
        case lines
    }

    private let exchange: Exchange
    private let framing: Framing
    private let format: ProviderFormat
    private let maximumBytes: Int
    private var splitter: BlockSplitter
    private var generation: Generation?
    private var bytes = 0
    private var ending: StreamEnding?
    private var isOver = false
    /// Whether the body was empty, which is known before there is a generation.
    private var isEmpty = false

    init(_ exchange: Exchange, framing: Framing, format: ProviderFormat, limits: UpstreamConfiguration.Limits) {
        self.exchange = exchange
        self.framing = framing
        self.format = format
        maximumBytes = limits.generationBytes
        splitter = BlockSplitter(maximumBytes: limits.eventBytes)
    }

    /// The generation is there, or is not to be.
    func begin(_ result: Result<Generation, Problem>) {
        switch result {
        case .success(let generation):
            // What ended the body meanwhile has found no generation to end.
            guard !isOver else {
                generation.end(.orphaned)
                return
            }
            self.generation = generation
            generation.begins()
            let stopped = NIOLoopBound(self, eventLoop: exchange.eventLoop)
            generation.whenStopped { stopped.eventLoop.execute { stopped.value.stopped() } }
            if isEmpty { ended() }
        case .failure(let problem):
            guard !isOver else { return }
            isOver = true
            exchange.respond(problem)
        }
    }

    func received(_ bytes: ByteBuffer) {
        guard !isOver, let generation else { return }
        self.bytes += bytes.readableBytes
        guard self.bytes <= maximumBytes else { return fail(.tooLarge(maximumBytes)) }
        do throws(BlockSplitter.TooLong) {
            let blocks = try splitter.append(framing == .lines ? framed(bytes) : bytes)
            for block in blocks where ending == nil { ending = format.ending(of: ProviderBlock(String(buffer: block))) }
            generation.append(blocks)
            waitForRoom(generation)
        } catch {
            fail(RelayFailure(error, hasBegun: true))
        }
    }

    func ended() {
        guard !isOver else { return }
        guard let generation else {
            isEmpty = true
            return
        }
        if splitter.isInBlock { received(ByteBuffer(string: "\n\n")) }
        guard !isOver else { return }
        isOver = true
        // A backend that has sent its whole body has said all that it has to say.
        generation.end(ending.map { GenerationRecord(endingWith: $0) } ?? GenerationRecord(.complete))
        let caller = Caller(exchange)
        generation.whenEndKept {
            let json = #"{"id":"\#(generation.id)","state":"\#(generation.state.rawValue)"}"# + "\n"
            caller.respond(
                .json(
                    201, ByteBuffer(string: json),
                    headers: [("location", GenerationEndpoint.path + generation.id.text)]))
        }
    }

    /// A log that is slow slows whoever streams into it.
    private func waitForRoom(_ generation: Generation) {
        guard !generation.hasRoom, !exchange.isBodyPaused else { return }
        exchange.isBodyPaused = true
        let caller = Caller(exchange)
        Task {
            await generation.room()
            caller.onLoop { $0.isBodyPaused = false }
        }
    }

    func failed(_ problem: Problem) {
        guard !isOver else { return }
        isOver = true
        generation?.end(.orphaned)
        exchange.respond(problem)
    }

    private func fail(_ failure: RelayFailure) {
        isOver = true
        generation?.end(failure.record)
        exchange.respond(Problem(413, failure.cause, failure.detail))
    }

    /// Somebody has cancelled it.
    private func stopped() {
        guard !isOver else { return }
        isOver = true
        exchange.respond(
            generation?.state == .cancelled
                ? Problem(409, "generation-cancelled", "the generation was cancelled")
                : .overloaded("the generation could not be kept"))
    }

    /// Each line as a block of its own. A line that is cut in two is completed by what comes next.
    private func framed(_ bytes: ByteBuffer) -> ByteBuffer {
        var output = ByteBuffer()
        for byte in bytes.readableBytesView {
            if isLineStart, byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") {
                output.writeStaticString("data: ")
                isLineStart = false
            }
            if byte == UInt8(ascii: "\n"), !isLineStart {
                output.writeStaticString("\n\n")
                isLineStart = true
            } else if byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") {
                output.writeInteger(byte)
            }
        }
        return output
    }

    private var isLineStart = true
}

extension GenerationRecord {
    fileprivate static let orphaned = GenerationRecord(
        .orphaned, cause: "producer-gone", detail: "whoever streamed it has gone without an end")
}

@available(*, unavailable)
extension PushedBody: Sendable {}
