internal import SluiceTopics
internal import Testing

@Suite struct PatternTests {
    @Test(
        "wildcards stand for whole segments, and '**' comes last",
        arguments: ["*", "**", "a/*", "*/a", "a/**", "*/**", "*/*/b/*/**", "$sluice/*", "$/**", "a/\u{301}b/*", "a"])
    func valid(text: String) throws {
        let pattern = try Pattern(text)
        #expect(pattern.text == text)
        #expect(pattern.description == text)
        #expect(pattern.hasWildcard == text.contains("*"))
        let segments = pattern.segments.map { segment in
            switch segment {
            case .literal(let literal): literal
            case .one: "*"
            case .rest: "**"
            }
        }
        #expect(segments.joined(separator: "/") == text)
    }

    @Test(
        "what is not a pattern is refused for its reason",
        arguments: [
            ("", .empty), ("a//*", .emptySegment), ("*/", .emptySegment), ("../*", .dotSegment), ("*/.", .dotSegment),
            ("a*", .partialWildcard), ("*a", .partialWildcard), ("***", .partialWildcard),
            ("a/b*c", .partialWildcard), ("a/**b", .partialWildcard), ("*\u{301}", .partialWildcard),
            ("**\u{301}", .partialWildcard), ("**/a", .restNotLast), ("**/**", .restNotLast), ("a/**/*", .restNotLast),
        ] as [(String, TopicError.Code)])
    func refused(text: String, code: TopicError.Code) {
        #expect(throws: TopicError(code, in: text)) { try Pattern(text) }
    }

    @Test("the limit is 1024 bytes")
    func length() throws {
        let text = String(repeating: "x/", count: 511) + "**"
        #expect(try Pattern(text).segments.count == 512)
        #expect(throws: TopicError(.tooLong, in: "x" + text)) { try Pattern("x" + text) }
    }

    @Test("a pattern without wildcards means the one topic of its name")
    func exact() throws {
        let topic = try Topic("chat/room-1")
        #expect(try Pattern("chat/room-1") == Pattern(topic))
        #expect(try Pattern("chat/room-1").topic == topic)
        #expect(try Pattern("chat/*").topic == nil)
        #expect(Pattern(topic).matches(topic))
        #expect(try !Pattern(topic).matches(Topic("chat/room-1/x")))
        #expect(try !Pattern(topic).matches(Topic("chat/room-")))
    }

    @Test(
        "these match",
        arguments: [
            ("*", "a"), ("**", "a"), ("**", "a/b/c"), ("*/**", "a"), ("chat/*", "chat/room-1"), ("chat/**", "chat"),
            ("chat/**", "chat/a"), ("chat/**", "chat/a/b"), ("*/b", "a/b"), ("a/*/c", "a/b/c"), ("a/*", "a/$b"),
            ("$sluice/*", "$sluice/nodes"), ("$sluice/**", "$sluice"), ("$a/*/**", "$a/$b"), ("a/*", "a/\u{301}"),
            ("*/\u{301}b", "a/\u{301}b"),
        ])
    func matches(pattern: String, topic: String) throws {
        #expect(try Pattern(pattern).matches(Topic(topic)))
    }

    @Test(
        "these do not match",
        arguments: [
            ("*", "a/b"), ("*", "$a"), ("**", "$a"), ("**", "$a/b"), ("*/b", "$a/b"), ("*/**", "$a"),
            ("chat/*", "chat"),
            ("chat/*", "chat/a/b"), ("chat/*", "chats/a"), ("chat/**", "cha"), ("chat/**", "chats"), ("a/*/**", "a"),
            ("a/*/c", "a/c"), ("a/*/c", "a/b/c/d"), ("caf\u{E9}/*", "cafe\u{301}/a"), ("*/caf\u{E9}", "a/cafe\u{301}"),
        ])
    func doesNotMatch(pattern: String, topic: String) throws {
        #expect(try !Pattern(pattern).matches(Topic(topic)))
    }

    @Test("patterns are equal only byte for byte")
    func bytewiseEquality() throws {
        let composed = try Pattern("caf\u{E9}/*")
        let decomposed = try Pattern("cafe\u{301}/*")
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(!composed.contains(decomposed))
        #expect(try !Pattern("caf\u{E9}").contains(Pattern("cafe\u{301}")))
    }
}
