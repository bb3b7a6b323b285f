internal import NIOCore
internal import SluiceConnection
internal import SluiceTopics
internal import SluiceWire

extension Payload {
    /// A request body as data: text when its media type is a textual one in UTF-8, or when it has none and is
    /// valid UTF-8; binary otherwise.
    ///
    /// - Throws: 400 for a textual media type whose body is not valid UTF-8.
    init(body: ByteBuffer, mediaType: MediaType?) throws(Problem) {
        guard let mediaType else {
            self.init(data: body, encoding: UTF8Validator.isValid(body) ? .text : .binary)
            return
        }
        guard mediaType.isUTF8Text else {
            self.init(data: body, encoding: .binary, contentType: mediaType.text)
            return
        }
        guard UTF8Validator.isValid(body) else {
            throw .badRequest(
                "invalid-utf-8",
                "the body is not valid UTF-8, which '\(mediaType.text)' promises; publish it as "
                    + "application/octet-stream")
        }
        self.init(data: body, encoding: .text, contentType: mediaType.text)
    }
}
