#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif
internal import SluiceRelay
internal import SluiceServer
internal import SluiceTopics

extension GatewayConfiguration.Route: ListedObject {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case path, topic, upstream, target, body
    }

    static var kind: String { "a route" }

    package init(from decoder: any Decoder) throws {
        let fields = try ObjectFields(decoder, by: CodingKeys.self)
        let path = try fields.required(.path, .routePath)
        let upstream = try fields.optional(.upstream, .upstreamName)
        let target = try fields.optional(.target, .requestTarget)
        let body = try fields.optional(.body, .requestTemplate)
        guard upstream != nil || target != nil || body != nil else {
            self.init(path: path, to: .topic(try fields.required(.topic, .topic)))
            return
        }
        if let topic = try fields.optional(.topic, .topic) {
            throw ObjectProblem.refused(
                CodingKeys.topic.rawValue,
                Refusal(
                    found: Format.topic.write(topic), allowed: Format.topic.allowed,
                    reason: "a route has either a topic or an upstream, a target and a body"))
        }
        let question = Question(
            upstream: try fields.required(.upstream, .upstreamName),
            target: try fields.required(.target, .requestTarget), body: try fields.required(.body, .requestTemplate))
        self.init(path: path, to: .question(question))
    }

    var row: [(key: CodingKeys, value: Literal)] {
        let path = (CodingKeys.path, Format.routePath.write(path))
        return switch destination {
        case .topic(let topic):
            [path, (.topic, Format.topic.write(topic))]
        case .question(let question):
            [
                path, (.upstream, Format.upstreamName.write(question.upstream)),
                (.target, Format.requestTarget.write(question.target)),
                (.body, Format.requestTemplate.write(question.body)),
            ]
        }
    }
}

extension Format where Value == String {
    /// What is asked of an upstream (RFC 9112 § 3.2.1), without the first slash.
    static var requestTarget: Format {
        let allowed = "a path without its first '/', such as \"v1/messages\", perhaps with a query"
        return text(allowed, write: \.self) { (text) throws(RefusalReason) in
            let isVisible = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }
            guard !text.isEmpty, !text.hasPrefix("/"), isVisible else { throw RefusalReason() }
            return text
        }
    }
}

extension Format where Value == RequestTemplate {
    static var requestTemplate: Format {
        let allowed = "an object with \"stream\": true, in whose texts ${NAME} is a parameter of the query"
        return Format(
            allowed,
            read: { (literal) throws(Refusal) in
                guard case .object = literal else { throw Refusal(found: literal, allowed: allowed) }
                guard let template = RequestTemplate(json: JSONText.text(of: literal)) else {
                    throw Refusal(
                        found: literal, allowed: allowed,
                        reason: "'${' is followed by a name of letters, digits and '_', and '}'")
                }
                guard template.asksForStream else { throw Refusal(found: literal, allowed: allowed) }
                if let own = template.parameters.intersection(Question.ownParameters).min() {
                    throw Refusal(
                        found: "${\(own)}", allowed: allowed, reason: "that parameter is the gateway's own")
                }
                return template
            },
            write: { template in
                (try? JSONDecoder().decode(Literal.self, from: Data(template.json.utf8))) ?? .null
            })
    }
}
