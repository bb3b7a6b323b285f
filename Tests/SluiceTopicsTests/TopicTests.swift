internal import SluiceTopics
internal import Testing

@Suite struct TopicTests {
    @Test(
        "a name of non-empty UTF-8 segments is a topic",
        arguments: [
            "a", "chat/room-1", "a/b/c/d/e", "...", "a/.../b", ".hidden", "a/..b", "%2F", "a b", "$sluice/nodes", "a/$",
            "caf\u{E9}", "\u{1F600}/\u{65E5}\u{672C}", "a/\u{301}b", "\u{A0}", "\u{200B}", "a-b_c~d!'(),;:@&=+?#[]\\",
        ])
    func valid(name: String) throws {
        let topic = try Topic(name)
        #expect(topic.name == name)
        #expect(topic.description == name)
        #expect(topic.segments.map(String.init).joined(separator: "/") == name)
    }

    @Test(
        "what is not a topic is refused for its reason",
        arguments: [
            ("", .empty), ("/", .emptySegment), ("/a", .emptySegment), ("a/", .emptySegment), ("a//b", .emptySegment),
            (".", .dotSegment), ("..", .dotSegment), ("a/./b", .dotSegment), ("a/..", .dotSegment),
            ("../a", .dotSegment),
            ("*", .wildcard), ("a/*", .wildcard), ("a/**", .wildcard), ("a*b", .wildcard), ("*\u{301}", .wildcard),
        ] as [(String, TopicError.Code)])
    func refused(name: String, code: TopicError.Code) {
        #expect(throws: TopicError(code, in: name)) { try Topic(name) }
    }

    @Test("control characters and line separators are refused wherever they are")
    func controlCharacters() {
        let values = Array(0...0x1F) + Array(0x7F...0x9F) + [0x2028, 0x2029]
        for scalar in values.compactMap({ Unicode.Scalar(UInt32($0)) }) {
            for name in ["\(scalar)", "a\(scalar)", "\(scalar)b", "a/\(scalar)/b", "a\(scalar)\u{301}", "*\(scalar)"] {
                #expect(throws: TopicError(.controlCharacter, in: name)) { try Topic(name) }
                #expect(throws: TopicError(.controlCharacter, in: name)) { try Pattern(name) }
            }
        }
    }

    @Test("the neighbours of control characters are not control characters")
    func neighboursOfControlCharacters() throws {
        for scalar in ["\u{20}", "\u{7E}", "\u{A0}", "\u{2027}", "\u{202A}", "\u{2080}", "\u{E0A8}"] {
            #expect(try Topic("a\(scalar)").name.unicodeScalars.count == 2)
        }
    }

    @Test("the limit is 1024 bytes of UTF-8, not characters")
    func length() throws {
        #expect(try Topic(String(repeating: "x", count: 1024)).name.utf8.count == 1024)
        #expect(try Topic(String(repeating: "\u{E9}", count: 512)).name.utf8.count == 1024)
        for name in [String(repeating: "x", count: 1025), String(repeating: "\u{E9}", count: 512) + "x"] {
            #expect(throws: TopicError(.tooLong, in: name)) { try Topic(name) }
        }
    }

    @Test(
        "names are equal only byte for byte, even when Swift says that the strings are equal",
        arguments: [
            ("caf\u{E9}", "cafe\u{301}"), ("\u{212A}", "K"), ("a\u{323}\u{307}", "a\u{307}\u{323}"),
            ("\u{AC00}", "\u{1100}\u{1161}"), ("room/\u{212B}ngstr\u{F6}m", "room/\u{C5}ngstr\u{F6}m"),
        ])
    func bytewiseEquality(left: String, right: String) throws {
        #expect(left == right)
        let (left, right) = try (Topic(left), Topic(right))
        #expect(left != right)
        #expect(Set([left, right, left]).count == 2)
        #expect(left == Topic(unchecked: String(left.name.unicodeScalars.map(Character.init))))
    }

    @Test("names of every length equal their copies, and no name with one other byte")
    func equalityAtEveryLength() throws {
        for count in 1...40 {
            let bytes = (0..<count).map { UInt8(ascii: "a") + UInt8($0 % 26) }
            let topic = try Topic(String(decoding: bytes, as: UTF8.self))
            let copy = try Topic(String(decoding: bytes, as: UTF8.self))
            #expect(topic == copy)
            #expect(topic.hashValue == copy.hashValue)
            #expect(try topic != Topic(topic.name + "a"))
            for index in bytes.indices {
                var other = bytes
                other[index] = UInt8(ascii: "_")
                #expect(try topic != Topic(String(decoding: other, as: UTF8.self)))
            }
        }
    }

    @Test("a slash is a slash also with a combining mark behind it")
    func combiningMarkBehindSlash() throws {
        #expect(try Topic("a/\u{301}/b").segments.map(String.init) == ["a", "\u{301}", "b"])
        #expect(throws: TopicError(.dotSegment, in: "a/../\u{301}")) { try Topic("a/../\u{301}") }
        #expect(try Topic("a/.\u{301}").segments.count == 2)
    }

    @Test("names that begin with a dollar are the gateway's own")
    func reserved() throws {
        #expect(try Topic("$").isReserved)
        #expect(try Topic("$sluice/nodes").isReserved)
        #expect(try Topic("$\u{301}").isReserved)
        #expect(try !Topic("a/$").isReserved)
        #expect(try !Topic("a$").isReserved)
    }
}
