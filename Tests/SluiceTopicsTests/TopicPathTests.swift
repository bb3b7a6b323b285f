internal import SluiceTopics
internal import Testing

@Suite struct TopicPathTests {
    @Test(
        "each segment is decoded once",
        arguments: [
            ("chat/room-1", "chat/room-1"), ("caf%C3%A9", "caf\u{E9}"), ("caf%c3%a9", "caf\u{E9}"),
            ("cafe%CC%81", "cafe\u{301}"), ("a%20b", "a b"), ("a+b", "a+b"), ("%252F", "%2F"), ("%2500", "%00"),
            ("%25", "%"), ("%2525", "%25"), ("a%3Fb%23c", "a?b#c"), ("%F0%9F%98%80/x", "\u{1F600}/x"),
            ("%24sluice", "$sluice"), ("a/%CC%81b", "a/\u{301}b"), ("...", "..."), ("%2e%2e%2e", "..."),
            ("caf\u{E9}", "caf\u{E9}"),
        ])
    func decoded(path: String, name: String) throws {
        let expected = try Topic(name)
        #expect(try Topic(percentEncodedPath: path) == expected)
        #expect(try Topic(percentEncodedPath: "/topics/\(path)".dropFirst(8)) == expected)
    }

    @Test(
        "what could be taken for another name is refused for its reason",
        arguments: [
            ("", .empty), ("a//b", .emptySegment), ("a/", .emptySegment), ("/a", .emptySegment),
            ("a%2Fb", .encodedSlash), ("a%2fb", .encodedSlash), ("%2f", .encodedSlash), ("..%2f..", .encodedSlash),
            ("%2e", .dotSegment), ("%2e%2e", .dotSegment), ("%2E%2E/a", .dotSegment), ("a/.%2e", .dotSegment),
            ("a/../b", .dotSegment), ("a/./b", .dotSegment),
            ("%00", .controlCharacter), ("a%00b", .controlCharacter), ("a%0d%0ab", .controlCharacter),
            ("%0D", .controlCharacter), ("%7F", .controlCharacter), ("%C2%85", .controlCharacter),
            ("%E2%80%A8", .controlCharacter),
            ("%C0%AF", .invalidUTF8), ("%c0%ae%c0%ae", .invalidUTF8), ("%C0%80", .invalidUTF8), ("%FF", .invalidUTF8),
            ("%E0%80%AF", .invalidUTF8), ("%F0%80%80%AF", .invalidUTF8), ("%ED%A0%80", .invalidUTF8),
            ("%F4%90%80%80", .invalidUTF8), ("%C3", .invalidUTF8), ("%C3/%A9", .invalidUTF8), ("%A9", .invalidUTF8),
            ("%", .invalidPercentEncoding), ("a%", .invalidPercentEncoding), ("a%2", .invalidPercentEncoding),
            ("%zz", .invalidPercentEncoding), ("%2G", .invalidPercentEncoding), ("%G2", .invalidPercentEncoding),
            ("a%/b", .invalidPercentEncoding), ("%%41", .invalidPercentEncoding), ("%u0041", .invalidPercentEncoding),
            ("%+1", .invalidPercentEncoding), ("% 41", .invalidPercentEncoding),
            ("%\u{FF14}1", .invalidPercentEncoding),
            ("*", .wildcard), ("%2A", .wildcard), ("a/%2a%2A", .wildcard),
        ] as [(String, TopicError.Code)])
    func refused(path: String, code: TopicError.Code) {
        let error = #expect(throws: TopicError.self) { try Topic(percentEncodedPath: path) }
        #expect(error?.code == code)
    }

    @Test("the limit counts the bytes of the name, not those of the path")
    func length() throws {
        let path = String(repeating: "%78", count: 1024)
        #expect(try Topic(percentEncodedPath: path).name.utf8.count == 1024)
        let error = #expect(throws: TopicError.self) { try Topic(percentEncodedPath: path + "x") }
        #expect(error?.code == .tooLong)
    }

    @Test("every byte, encoded, either is itself in the name or is refused")
    func everyByte() {
        for byte in UInt8.min ... .max {
            let hex = String(byte, radix: 16)
            let topic = try? Topic(percentEncodedPath: "a%" + (hex.count == 1 ? "0" : "") + hex)
            let isRefused = byte < 0x20 || byte >= 0x7F || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "*")
            #expect(topic.map { Array($0.name.utf8) } == (isRefused ? nil : [UInt8(ascii: "a"), byte]), "byte \(byte)")
        }
    }
}
