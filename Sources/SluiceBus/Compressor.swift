internal import NIOCore
internal import SluiceTopics
internal import SluiceWire

/// Compresses events for the subscribers of one loop: each once per format and window, however many take it and
/// whether they take it live or from the log.
///
/// Memory: at most `Deflater.windowBits.count` deflaters of 256 KiB, made when they are first needed, and the last
/// encodings, `cacheBytes` for either coding. A subscriber adds nothing to it.
final class Compressor {
    private static let cacheBytes = 4 << 20

    private let configuration: TopicBus.Compression
    private let epoch: Epoch
    private var deflaters: [Int: Deflater] = [:]
    private var messages = EncodingCache<EncodingKey, ByteBuffer>(maximumBytes: Compressor.cacheBytes)
    private var blocks = EncodingCache<EncodingKey, GzipBlock>(maximumBytes: Compressor.cacheBytes)

    init(configuration: TopicBus.Compression, epoch: Epoch) {
        self.configuration = configuration
        self.epoch = epoch
    }

    /// The event as a frame for clients with a window of so many bits.
    ///
    /// - Returns: nil for an event that is too small to be worth it.
    func message(of event: Event, as format: DeliveryFormat, ref: String?, windowBits: Int) -> ByteBuffer? {
        guard isWorthwhile(event) else { return nil }
        let key = EncodingKey(position: event.position, format: format, windowBits: windowBits, ref: ref)
        if let message = messages[key] { return message }
        let message = format.encode(event, epoch: epoch, ref: ref, deflater: deflater(windowBits: windowBits))
        messages.insert(message, bytes: message.readableBytes, for: key)
        return message
    }

    /// The event as a part of a gzip stream: compressed, or stored if it is too small to be worth it.
    func block(of event: Event, as format: DeliveryFormat) -> GzipBlock {
        let windowBits = Deflater.windowBits.upperBound
        let key = EncodingKey(position: event.position, format: format, windowBits: windowBits, ref: nil)
        if let block = blocks[key] { return block }
        let content = format.encode(event, epoch: epoch)
        let block =
            isWorthwhile(event)
            ? GzipBlock(content, with: deflater(windowBits: windowBits)) : GzipBlock(storing: content)
        blocks.insert(block, bytes: block.bytes.readableBytes, for: key)
        return block
    }

    private func isWorthwhile(_ event: Event) -> Bool {
        event.payload.data.readableBytes >= configuration.minimumBytes
    }

    private func deflater(windowBits: Int) -> Deflater {
        if let deflater = deflaters[windowBits] { return deflater }
        let deflater = Deflater(windowBits: windowBits, level: configuration.level)
        deflaters[windowBits] = deflater
        return deflater
    }
}

private struct EncodingKey: Hashable {
    let position: Position
    let format: DeliveryFormat
    let windowBits: Int
    let ref: String?
}

@available(*, unavailable)
extension Compressor: Sendable {}
