import SluiceClient
import Testing

@testable import sluice

struct RemarkTests {
    @Test("what happens beside the events is told in plain words")
    func remarks() {
        #expect(Update.connected(cursor: "e-1").remark == "connected, going on from e-1")
        #expect(Update.connected(cursor: nil).remark == "connected")
        #expect(
            Update.disconnected(reason: "connection refused", retryIn: .milliseconds(210)).remark
                == "not connected: connection refused; trying again in 0.3 s")
        #expect(
            Update.gap(Update.Gap(topics: ["a", "b/**"], after: "e-1", oldest: "e-9")).remark
                == "events were lost: a, b/** after e-1; it goes on with e-9")
        #expect(
            Update.gap(Update.Gap(topics: ["a"], after: nil, oldest: nil)).remark
                == "events were lost: a; there is nothing after them yet")
        #expect(Update.ended(topic: "a").remark == "ended: a")
    }

    @Test("what a gateway says cannot command the terminal")
    func escaping() {
        #expect(
            Update.disconnected(reason: "x\u{1B}[2J\n", retryIn: .seconds(2)).remark
                == #"not connected: x\u{1b}[2J\n; trying again in 2.0 s"#)
    }
}
