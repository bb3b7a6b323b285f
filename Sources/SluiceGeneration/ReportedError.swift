internal import FoundationEssentials

/// An error in a provider's JSON: mostly `{"type"?,"code"?,"message"?}`, with some servers only the message's string.
struct ReportedError: Decodable {
    private var type: String?
    private var message: String?

    private struct Members: Decodable {
        @Lenient var type: String?
        @Lenient var code: String?
        @Lenient var message: String?
    }

    init(type: String? = nil, message: String? = nil) {
        self.type = type
        self.message = message
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            guard !text.isEmpty else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "an empty string is no error")
            }
            self.init(message: text)
        } else {
            let members = try container.decode(Members.self)
            self.init(type: members.type?.ifNotEmpty ?? members.code, message: members.message)
        }
    }

    /// With a message in any case.
    var error: ProviderError {
        let type = type?.ifNotEmpty
        return ProviderError(type: type, message: message?.ifNotEmpty ?? type ?? "unspecified error")
    }
}

extension ProviderError {
    /// What a whole answer, which is no stream, says that has gone wrong.
    ///
    /// - Parameter json: the answer of any provider.
    /// - Returns: nil when it does not say.
    package init?(answer json: some Collection<UInt8>) {
        let answer = try? JSONDecoder().decode(WholeAnswer.self, from: Data(json))
        guard let error = answer?.error?.error else { return nil }
        self = error
    }
}

private struct WholeAnswer: Decodable {
    @Lenient var error: ReportedError?
}
