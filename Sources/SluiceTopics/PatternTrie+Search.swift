extension PatternTrie {
    /// Calls `body` with the value of each pattern that matches, once for each.
    @inlinable
    func forEachMatch(of topic: Topic, _ body: (Value) -> Void) {
        topic.name.withBytes { bytes in
            let name = SearchedName(text: topic.name, bytes: bytes)
            if topic.isReserved {
                // Wildcards in the first segment do not match it.
                visitLiteral(0, of: name, from: 0, body)
            } else {
                visit(0, of: name, from: 0, body)
            }
        }
    }

    /// - Parameter start: the offset of the next segment; behind the end of the name when there is none.
    @inlinable
    func visit(_ node: Int, of name: SearchedName, from start: Int, _ body: (Value) -> Void) {
        if let value = nodes[node].rest { body(value) }
        if start > name.bytes.count {
            if let value = nodes[node].value { body(value) }
            return
        }
        if let child = nodes[node].one {
            visit(child, of: name, from: name.endOfSegment(from: start) + 1, body)
        }
        if !nodes[node].literals.isEmpty { visitLiteral(node, of: name, from: start, body) }
    }

    @inlinable
    func visitLiteral(_ node: Int, of name: SearchedName, from start: Int, _ body: (Value) -> Void) {
        let end = name.endOfSegment(from: start)
        guard let child = nodes[node].literals[TopicSegment(name.text, from: start, to: end)] else { return }
        visit(child, of: name, from: end + 1, body)
    }
}
