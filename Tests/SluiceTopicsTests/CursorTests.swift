import SluiceTestSupport
internal import SluiceTopics
internal import Testing

@Suite struct CursorTests {
    @Test(
        "a cursor is read as it was written",
        arguments: [("a", 0), ("0", 1), ("3w5e11264sgsf", .max), ("zz9", 1_234_567)] as [(String, Position)])
    func roundTrip(epoch: String, position: Position) throws {
        let cursor = Cursor(epoch: try #require(Epoch(epoch)), position: position)
        #expect(cursor.description == "\(epoch)-\(position)")
        #expect(Cursor(cursor.description) == cursor)
        #expect(Cursor("id=\(cursor)".dropFirst(3)) == cursor)
    }

    @Test(
        "what is not a cursor is not one",
        arguments: [
            "", "-", "a", "a-", "-1", "a--1", "a-1-", "a-1-2", "a-+1", "a-01", "a-00", "a- 1", "a-1 ", " a-1", "A-1",
            "a_b-1", "a-0x1", "a-1.0", "a-18446744073709551616", "a-\u{661}", "a-\u{301}1", "a\u{301}-1", "\u{E9}-1",
            "earliest", "012345678901234567890123456789012-1",
        ])
    func refused(text: String) {
        #expect(Cursor(text) == nil)
    }

    @Test("an epoch has 1 to 32 small letters and digits")
    func epochs() {
        #expect(Epoch("") == nil)
        #expect(Epoch("A") == nil)
        #expect(Epoch("a-b") == nil)
        #expect(Epoch(String(repeating: "a", count: 33)) == nil)
        #expect(Epoch(String(repeating: "a", count: 32))?.text.count == 32)
        #expect(Epoch("09az")?.description == "09az")
    }

    @Test("a new epoch is a valid one, and another one each time")
    func newEpochs() {
        var generator = SplitMix64(seed: 1)
        let epochs = (0..<1000).map { _ in Epoch(using: &generator) }
        #expect(Set(epochs).count == 1000)
        #expect(epochs.allSatisfy { Epoch($0.text) == $0 })
    }

    @Test("cursors are equal when epoch and position are")
    func equality() throws {
        let epoch = try #require(Epoch("a"))
        #expect(Cursor(epoch: epoch, position: 1) != Cursor(epoch: epoch, position: 2))
        #expect(try Cursor(epoch: epoch, position: 1) != Cursor(epoch: #require(Epoch("b")), position: 1))
    }
}
