internal import SluiceTopics
internal import Testing

@Suite struct TopicErrorTests {
    @Test("an error names the text and says what is wrong with it")
    func description() {
        let error = TopicError(.emptySegment, in: "a//b")
        #expect(
            error.description
                == "'a//b' is not a valid name: a segment is empty (a leading, trailing or double '/')")
        for code in TopicError.Code.allCases {
            #expect(TopicError(code, in: "x").description == "'x' is not a valid name: \(code.rawValue)")
        }
    }

    @Test("a refused text cannot write control characters into a log")
    func controlCharacters() {
        let error = TopicError(.controlCharacter, in: "a\r\nHost: b\u{1B}[2J\u{85}\u{2028}\0\u{7F}")
        #expect(error.subject == "a\u{FFFD}\u{FFFD}Host: b\u{FFFD}[2J\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")
    }

    @Test("a refused text is cut short, also when it is a single character of many marks")
    func length() {
        #expect(TopicError(.tooLong, in: String(repeating: "x", count: 5000)).subject.utf8.count == 80)
        let character = "e" + String(repeating: "\u{301}", count: 5000)
        #expect(character.count == 1)
        #expect(TopicError(.tooLong, in: character).subject.utf8.count == 1 + 79 * 2)
    }
}
