package import SluiceWire

/// What a receiver made of some bytes.
package struct WebSocketTranscript: Equatable {
    package var inputs: [WebSocketInput] = []
    package var error: WebSocketError?
    /// The most that was held between two reads.
    package var mostBuffered = 0

    package init(
        _ bytes: [UInt8], role: WebSocketRole = .server, maximumMessageBytes: Int = 1 << 20,
        inflater: Inflater? = nil, cuts: Cuts = .none
    ) {
        var receiver = WebSocketReceiver(role: role, maximumMessageBytes: maximumMessageBytes, inflater: inflater)
        for piece in cuts.pieces(of: bytes) {
            receiver.append(piece)
            do throws(WebSocketError) {
                while let input = try receiver.next() { inputs.append(input) }
            } catch {
                self.error = error
            }
            mostBuffered = max(mostBuffered, receiver.bufferedBytes)
        }
    }

    /// The memory differs with the reads; what was said must not.
    package static func == (left: Self, right: Self) -> Bool {
        left.inputs == right.inputs && left.error == right.error
    }
}
