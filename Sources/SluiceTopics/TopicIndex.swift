/// Finds the values registered under exact topics and wildcard patterns that match a topic.
///
/// Exact topics are a dictionary and wildcard patterns a trie. So a search costs one lookup, and then a step for each
/// node of the trie whose segments match the beginning of the topic's name: how many other topics and patterns there
/// are does not matter, but patterns that begin alike and mix `*` with the topic's own segments are all followed as
/// far as they match. While there is no wildcard pattern, a name is never taken apart. A search does not allocate.
///
/// A value type: a copy is independent, and it is `Sendable` when its values are.
@usableFromInline
package struct TopicIndex<Value> {
    @usableFromInline var exact: [Topic: Value] = [:]
    @usableFromInline var wildcards = PatternTrie<Value>()

    @inlinable
    package init() {}

    @inlinable
    package var isEmpty: Bool { exact.isEmpty && wildcards.isEmpty }

    /// How many patterns have a value.
    @inlinable
    package var count: Int { exact.count + wildcards.count }

    /// The value registered under exactly this pattern. Setting nil forgets the pattern; its room is used
    /// again for others and given back when the last one is gone.
    @inlinable
    package subscript(pattern: Pattern) -> Value? {
        get {
            if let topic = pattern.topic { exact[topic] } else { wildcards[pattern.segments] }
        }
        set {
            if let topic = pattern.topic {
                exact[topic] = newValue
                // A dictionary never shrinks on its own.
                if exact.isEmpty { exact = [:] }
            } else {
                wildcards[pattern.segments] = newValue
            }
        }
    }

    /// Calls `body` with the value of each registered pattern that matches, once for each, in no particular order.
    /// `body` must not change the index: at worst that would copy all of it.
    @inlinable
    package func forEachMatch(of topic: Topic, _ body: (Value) -> Void) {
        if let value = exact[topic] { body(value) }
        if !wildcards.isEmpty { wildcards.forEachMatch(of: topic, body) }
    }
}

extension TopicIndex: Sendable where Value: Sendable {}
