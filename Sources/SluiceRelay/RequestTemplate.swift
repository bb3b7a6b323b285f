internal import NIOCore
internal import SluiceWire

/// The body of a request, JSON in whose strings `${NAME}` stands for a parameter.
package struct RequestTemplate: Hashable, Sendable {
    /// As it was written.
    package let json: String
    private let template: TextTemplate

    /// - Parameter json: valid, which is not checked here.
    /// - Returns: nil for a `${` that begins no parameter.
    package init?(json: String) {
        // Outside of strings JSON has no `$`, so every place is in one.
        guard let template = TextTemplate(json) else { return nil }
        self.json = json
        self.template = template
    }

    /// The names of its parameters.
    package var parameters: Set<String> { Set(template.names) }

    /// Whether what is asked for is a stream.
    package var asksForStream: Bool { ByteBuffer(string: json).asksForStream }

    /// - Parameter value: of the parameter of this name: any text.
    func body<Failure: Error>(_ value: (String) throws(Failure) -> String) throws(Failure) -> ByteBuffer {
        ByteBuffer(
            string: try template.filled { (name) throws(Failure) in
                var quoted = ByteBuffer()
                JSONText.writeString(try value(name), into: &quoted)
                return String(decoding: quoted.readableBytesView.dropFirst().dropLast(), as: UTF8.self)
            })
    }
}
