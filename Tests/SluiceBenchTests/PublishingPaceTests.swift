import Testing

@testable import SluiceBench

@Suite("When a publisher sends")
struct PublishingPaceTests {
    @Test("without a rate, as soon as fewer wait for their answers than may")
    func answers() {
        var pace = PublishingPace(events: 3, inFlight: 2)
        #expect(pace.step(at: 10) == .send(due: 10))
        #expect(pace.step(at: 11) == .send(due: 11))
        #expect(pace.step(at: 12) == .awaitAnswer)
        pace.answer()
        #expect(pace.step(at: 20) == .send(due: 20))
        #expect(pace.step(at: 21) == .awaitLastAnswers)
        pace.answer()
        pace.answer()
        #expect(pace.step(at: 30) == .done)
    }

    @Test("with a rate, when it is due, and what could not be sent in time was due all the same")
    func rate() {
        var pace = PublishingPace(events: 4, inFlight: 2, schedule: (first: 100, interval: 10))
        #expect(pace.step(at: 90) == .wait(until: 100))
        #expect(pace.step(at: 100) == .send(due: 100))
        #expect(pace.step(at: 101) == .wait(until: 110))
        #expect(pace.step(at: 111) == .send(due: 110))
        #expect(pace.step(at: 125) == .awaitAnswer)
        pace.answer()
        #expect(pace.step(at: 145) == .send(due: 120))
        pace.answer()
        #expect(pace.step(at: 145) == .send(due: 130))
        #expect(pace.step(at: 145) == .awaitLastAnswers)
    }

    @Test("nothing is done at once when there is nothing to send")
    func nothing() {
        var pace = PublishingPace(events: 0, inFlight: 1)
        #expect(pace.step(at: 0) == .done)
    }
}
