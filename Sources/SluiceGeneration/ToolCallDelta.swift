/// What is added to one of an answer's tool calls.
package struct ToolCallDelta: Hashable, Sendable {
    /// Tells the calls of an answer apart. The numbers are the provider's: they need not begin at 0 and may have holes,
    /// since with some providers it is the place among all parts of the answer.
    package let index: Int
    /// The provider's name for this call, which the tool's result refers to.
    package var id: String?
    /// The tool's name.
    package var name: String?
    /// A piece of the arguments' JSON text.
    package var arguments: String

    package init(index: Int, id: String? = nil, name: String? = nil, arguments: String = "") {
        self.index = index
        self.id = id
        self.name = name
        self.arguments = arguments
    }

    /// The first id and name win, since some servers repeat them with every piece; arguments are appended.
    static func += (call: inout ToolCallDelta, later: ToolCallDelta) {
        precondition(call.index == later.index, "pieces of different tool calls do not add up")
        call.id = call.id ?? later.id
        call.name = call.name ?? later.name
        call.arguments += later.arguments
    }
}

extension ToolCallDelta: Encodable {
    private enum CodingKeys: CodingKey {
        case index, id, name, arguments
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(index, forKey: .index)
        try members.encodeIfPresent(id, forKey: .id)
        try members.encodeIfPresent(name, forKey: .name)
        try members.encodeIfPresent(arguments.ifNotEmpty, forKey: .arguments)
    }
}
