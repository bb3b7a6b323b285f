/// The wildcard patterns of a `TopicIndex`, by segment.
///
/// The nodes lie in one array and refer to each other by their place in it: copies are independent without further
/// care, and a search follows no references and counts none.
@usableFromInline
struct PatternTrie<Value> {
    @usableFromInline
    struct Node {
        /// Of the pattern that ends here.
        @usableFromInline var value: Value?
        /// Of the pattern that ends here with a `**`.
        @usableFromInline var rest: Value?
        /// Behind a `*`.
        @usableFromInline var one: Int?
        @usableFromInline var literals: [TopicSegment: Int] = [:]

        @inlinable
        init() {}

        @inlinable var isEmpty: Bool { value == nil && rest == nil && one == nil && literals.isEmpty }

        @inlinable
        func child(_ segment: Pattern.Segment) -> Int? {
            switch segment {
            case .literal(let literal): literals[TopicSegment(literal)]
            case .one: one
            case .rest: preconditionFailure("'**' is a pattern's last segment and has no node")
            }
        }

        @inlinable
        mutating func setChild(_ segment: Pattern.Segment, to child: Int?) {
            switch segment {
            case .literal(let literal): literals[TopicSegment(literal)] = child
            case .one: one = child
            case .rest: preconditionFailure("'**' is a pattern's last segment and has no node")
            }
        }
    }

    /// How many patterns have a value.
    @usableFromInline var count = 0
    /// The root comes first.
    @usableFromInline var nodes = [Node()]
    /// Places in `nodes` that can be used again.
    @usableFromInline var vacant: [Int] = []

    @inlinable
    init() {}

    @inlinable var isEmpty: Bool { count == 0 }

    /// The value registered under exactly these segments.
    @inlinable
    subscript(segments: [Pattern.Segment]) -> Value? {
        get {
            let (path, endsInRest) = Self.split(segments)
            var node = 0
            for segment in path {
                guard let child = nodes[node].child(segment) else { return nil }
                node = child
            }
            return endsInRest ? nodes[node].rest : nodes[node].value
        }
        set {
            if let newValue { insert(newValue, under: segments) } else { remove(segments) }
        }
    }

    @inlinable
    static func split(_ segments: [Pattern.Segment]) -> (path: ArraySlice<Pattern.Segment>, endsInRest: Bool) {
        if case .rest = segments.last { (segments.dropLast(), true) } else { (segments[...], false) }
    }

    @inlinable
    mutating func insert(_ value: Value, under segments: [Pattern.Segment]) {
        let (path, endsInRest) = Self.split(segments)
        var node = 0
        for segment in path {
            if let child = nodes[node].child(segment) {
                node = child
            } else {
                let child = makeNode()
                nodes[node].setChild(segment, to: child)
                node = child
            }
        }
        let former = replaceValue(of: node, endsInRest: endsInRest, with: value)
        if former == nil { count += 1 }
    }

    /// Removes the nodes that nothing needs any more, too.
    @inlinable
    mutating func remove(_ segments: [Pattern.Segment]) {
        let (path, endsInRest) = Self.split(segments)
        var parents: [Int] = []
        var node = 0
        for segment in path {
            guard let child = nodes[node].child(segment) else { return }
            parents.append(node)
            node = child
        }
        guard replaceValue(of: node, endsInRest: endsInRest, with: nil) != nil else { return }
        count -= 1
        if count == 0 {
            self = PatternTrie()
            return
        }
        for (parent, segment) in zip(parents, path).reversed() {
            guard nodes[node].isEmpty else { return }
            nodes[node] = Node()
            vacant.append(node)
            nodes[parent].setChild(segment, to: nil)
            node = parent
        }
    }

    @inlinable
    mutating func replaceValue(of node: Int, endsInRest: Bool, with value: Value?) -> Value? {
        if endsInRest {
            defer { nodes[node].rest = value }
            return nodes[node].rest
        } else {
            defer { nodes[node].value = value }
            return nodes[node].value
        }
    }

    @inlinable
    mutating func makeNode() -> Int {
        if let place = vacant.popLast() { return place }
        nodes.append(Node())
        return nodes.count - 1
    }
}

extension PatternTrie: Sendable where Value: Sendable {}

extension PatternTrie.Node: Sendable where Value: Sendable {}
