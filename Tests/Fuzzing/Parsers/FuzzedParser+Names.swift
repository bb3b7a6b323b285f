internal import SluiceConnection
internal import SluiceTopics
internal import SluiceWire

extension FuzzedParser {
    /// The text is all of these.
    static func checkNames(_ input: [UInt8]) throws(BrokenPromise) {
        let text = String(decoding: input, as: UTF8.self)
        try checkTopic(text)
        try checkPatterns(text)
        if let cursor = Cursor(text) {
            try promise("\(cursor)" == text, "the cursor '\(text)' is written as '\(cursor)'")
        }
        _ = try? Query(text)
        for field in ForwardedField.allCases {
            try promise(!field.addresses(in: text).isEmpty, "no hop in '\(text)'")
        }
        if let network = IPNetwork(text) {
            try promise(IPNetwork("\(network)") == network, "\(network) is not read as it is written")
        }
        if let offers = try? WebSocketExtension.list(text), let agreed = PermessageDeflate(acceptingOneOf: offers) {
            let answer = try? WebSocketExtension.list(agreed.response)
            try promise(answer?.count == 1, "'\(agreed.response)' is no answer to '\(text)'")
        }
    }

    private static func checkTopic(_ text: String) throws(BrokenPromise) {
        guard let topic = try? Topic(percentEncodedPath: text) else { return }
        try promise((try? Topic(topic.name)) == topic, "'\(text)' is '\(topic.name)', which is no topic")
        let encoded = topic.name.utf8.map { byte in
            byte == UInt8(ascii: "/") ? "/" : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        try promise(
            (try? Topic(percentEncodedPath: encoded.joined())) == topic, "'\(topic.name)' is another one when encoded")
        try promise(Pattern(topic).matches(topic), "'\(topic.name)' does not match itself")
    }

    /// Each line is a pattern; of any two that one contains the other, the topics of that are among those of this.
    private static func checkPatterns(_ text: String) throws(BrokenPromise) {
        let lines = text.split(separator: "\n").prefix(4).map(String.init)
        let patterns = lines.compactMap { try? Pattern($0) }
        for outer in patterns {
            try promise(outer.contains(outer), "'\(outer.text)' does not contain itself")
            for inner in patterns where outer.contains(inner) {
                for topic in lines.compactMap({ try? Topic($0) }) where inner.matches(topic) {
                    try promise(
                        outer.matches(topic),
                        "'\(outer.text)' contains '\(inner.text)' and does not match '\(topic.name)'")
                }
            }
        }
    }
}
