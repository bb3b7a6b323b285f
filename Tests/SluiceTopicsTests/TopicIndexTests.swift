internal import Synchronization
internal import Testing

@testable internal import SluiceTopics

@Suite struct TopicIndexTests {
    private func matches<Value: Comparable>(_ index: TopicIndex<Value>, _ name: String) throws -> [Value] {
        var values: [Value] = []
        index.forEachMatch(of: try Topic(name)) { values.append($0) }
        return values.sorted()
    }

    @Test("a new index is empty and matches nothing")
    func empty() throws {
        let index = TopicIndex<Int>()
        #expect(index.isEmpty)
        #expect(index.count == 0)
        #expect(try index[Pattern("a")] == nil)
        #expect(try index[Pattern("a/**")] == nil)
        #expect(try matches(index, "a") == [])
    }

    @Test("a topic finds its own value and those of all patterns that match, each once")
    func finds() throws {
        var index = TopicIndex<String>()
        let patterns = ["a/b", "a/*", "*/b", "*/*", "a/**", "a/b/**", "**", "*/**", "*/b/**", "a/*/**", "*/*/**"]
        for text in patterns + ["a", "b", "*", "a/c", "a/*/c", "b/**", "$/**", "a/b/*"] {
            index[try Pattern(text)] = text
        }
        #expect(index.count == 19)
        #expect(try matches(index, "a/b") == patterns.sorted())
        #expect(try matches(index, "a") == ["*", "**", "*/**", "a", "a/**"])
        #expect(try matches(index, "$") == ["$/**"])
        #expect(try matches(index, "$/b") == ["$/**"])
    }

    @Test("wildcards in the first segment never find names that begin with a dollar")
    func reserved() throws {
        var index = TopicIndex<String>()
        for text in ["*", "**", "*/**", "*/b", "$a", "$a/*", "$a/**", "$*"] {
            if let pattern = try? Pattern(text) { index[pattern] = text }
        }
        #expect(try matches(index, "$a") == ["$a", "$a/**"])
        #expect(try matches(index, "$a/b") == ["$a/*", "$a/**"])
        #expect(try matches(index, "a/$a") == ["**", "*/**"])
    }

    @Test("names that only look alike are different names")
    func bytewise() throws {
        var index = TopicIndex<Int>()
        index[try Pattern("caf\u{E9}")] = 1
        index[try Pattern("cafe\u{301}")] = 2
        index[try Pattern("caf\u{E9}/*")] = 3
        index[try Pattern("cafe\u{301}/*")] = 4
        #expect(index.count == 4)
        #expect(try matches(index, "caf\u{E9}") == [1])
        #expect(try matches(index, "cafe\u{301}") == [2])
        #expect(try matches(index, "caf\u{E9}/\u{301}") == [3])
        #expect(try matches(index, "cafe\u{301}/\u{301}") == [4])
    }

    @Test("a longer segment is not found by the beginning it shares with another")
    func segmentsOfAllLengths() throws {
        var index = TopicIndex<Int>()
        let segments = (1...40).map { String(repeating: "x", count: $0) }
        for segment in segments { index[try Pattern("\(segment)/*/\(segment)")] = segment.count }
        for segment in segments { #expect(try matches(index, "\(segment)/y/\(segment)") == [segment.count]) }
        #expect(try matches(index, "x/y/xx") == [])
    }

    @Test("the deepest pattern finds the deepest topic")
    func deepest() throws {
        var index = TopicIndex<Int>()
        let prefix = String(repeating: "*/", count: 511)
        index[try Pattern(prefix + "**")] = 1
        index[try Pattern(prefix + "*")] = 2
        let name = String(repeating: "x/", count: 511) + "x"
        #expect(try matches(index, name) == [1, 2])
        #expect(try matches(index, String(name.dropLast(2))) == [1])
        #expect(try matches(index, String(name.dropLast(4))) == [])
        index[try Pattern(prefix + "*")] = nil
        index[try Pattern(prefix + "**")] = nil
        #expect(index.isEmpty)
    }

    @Test("removing what is not there changes nothing")
    func removeAbsent() throws {
        var index = TopicIndex<Int>()
        index[try Pattern("a/*/b")] = 1
        index[try Pattern("a")] = 2
        for text in ["a/*", "a/**", "a/*/b/**", "a/*/*", "*", "**", "b", "a/x/b"] { index[try Pattern(text)] = nil }
        #expect(index.count == 2)
        #expect(try matches(index, "a/x/b") == [1])
        #expect(try matches(index, "a") == [2])
    }

    @Test("a value can be changed in place")
    func changeInPlace() throws {
        var index = TopicIndex<UInt64>()
        for text in ["a", "a/*", "a/**"] {
            index[try Pattern(text), default: 0] |= 1
            index[try Pattern(text)]? |= 4
        }
        #expect(index.count == 3)
        #expect(try matches(index, "a") == [5, 5])
    }

    @Test("a copy is independent")
    func copies() throws {
        var index = TopicIndex<Int>()
        for (value, text) in ["a", "a/*", "a/**", "*/b"].enumerated() { index[try Pattern(text)] = value }
        let copy = index
        for text in ["a", "a/*", "a/**", "*/b"] { index[try Pattern(text)] = nil }
        index[try Pattern("a/*/c")] = 7
        #expect(index.count == 1)
        #expect(copy.count == 4)
        #expect(try matches(copy, "a/b") == [1, 2, 3])
        #expect(try matches(copy, "a/b/c") == [2])
    }

    @Test("a removed value is let go at once")
    func releasesValues() throws {
        final class Object {}
        for text in ["a", "a/*", "a/**"] {
            var index = TopicIndex<Object>()
            index[try Pattern("b/*")] = Object()
            weak var first: Object?
            weak var second: Object?
            do {
                let objects = (Object(), Object())
                (first, second) = objects
                index[try Pattern(text)] = objects.0
                index[try Pattern(text)] = objects.1
            }
            #expect(first == nil)
            #expect(second != nil)
            index[try Pattern(text)] = nil
            #expect(second == nil)
        }
    }

    @Test("an index can be guarded by a mutex and used by many tasks")
    func insideMutex() async throws {
        final class Registry: Sendable { let index = Mutex(TopicIndex<UInt64>()) }
        let registry = Registry()
        let pattern = try Pattern("a/*")
        let topic = try Topic("a/b")
        await withTaskGroup { group in
            for bit in 0..<64 {
                group.addTask { registry.index.withLock { $0[pattern] = ($0[pattern] ?? 0) | 1 << bit } }
            }
        }
        let bits = registry.index.withLock { index in
            var bits: UInt64 = 0
            index.forEachMatch(of: topic) { bits |= $0 }
            return bits
        }
        #expect(bits == .max)
    }

    @Test("values that are not Sendable can live behind a mutex, too")
    func notSendableInsideMutex() throws {
        final class Counter { var count = 0 }
        let index = Mutex(TopicIndex<Counter>())
        let pattern = try Pattern("a/**")
        let topic = try Topic("a")
        index.withLock { $0[pattern] = Counter() }
        index.withLock { $0.forEachMatch(of: topic) { $0.count += 1 } }
        #expect(index.withLock { $0[pattern]?.count } == 1)
    }
}

extension TopicIndex {
    fileprivate subscript(pattern: Pattern, default value: Value) -> Value {
        get { self[pattern] ?? value }
        set { self[pattern] = newValue }
    }
}
