import NIOCore
import NIOEmbedded
import SluiceLog
import SluiceTestSupport
import SluiceTopics
import SluiceWire
import Testing

@testable import SluiceBus

/// A session that checks everything it is told against what was really appended, at the moment it is told it.
///
/// Each subscription is followed from its place on: the next event of it must be the next that was appended, or what
/// lies between must have been told as lost, and be lost.
final class RandomSession: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// What was appended, and what of that the log still has.
    final class Truth {
        private let test: TestBus
        var appended: [Position: Topic] = [:]

        init(_ test: TestBus) {
            self.test = test
        }

        var retained: Set<Position> { test.retained }
    }

    /// One subscription, as its client follows it.
    private struct Course {
        let pattern: Pattern
        /// What replayed events carry; nil for what the session began with.
        let ref: Int?
        var last: Position
        var isLive = false
        /// The first read decides what `earliest` is.
        var beginsAnywhere: Bool
        var isForeign: Bool
        var told: Set<Position> = []
    }

    private let truth: Truth
    private let label: Comment
    /// Whether a page is always as new as its arrival, so that each gap can be held against the log.
    private let gapsAreExact: Bool
    private let hub: Hub
    let socket: TestSocket
    private let channel: EmbeddedChannel
    private var ownSubscriber: Subscriber?
    private var courses: [Course] = []
    private var seen = 0
    private var receiver = WebSocketReceiver(role: .client, maximumMessageBytes: 1 << 20)
    /// The newest event of the one cursor, which only moves forward.
    private var lastOfMain: Position = 0

    init(
        hub: Hub, eventLoop: EmbeddedEventLoop, capacity: Int, label: Comment, gapsAreExact: Bool, truth: Truth
    ) throws {
        self.hub = hub
        self.label = label
        self.gapsAreExact = gapsAreExact
        self.truth = truth
        channel = EmbeddedChannel(loop: eventLoop)
        socket = TestSocket(channel, capacity: capacity)
        try channel.pipeline.syncOperations.addHandlers([socket, self])
    }

    func handlerAdded(context: ChannelHandlerContext) {
        ownSubscriber = Subscriber(hub: hub, format: .webSocketJSON, context: context, delegate: self)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        subscriber.writabilityChanged(to: context.channel.isWritable)
    }

    var subscriber: Subscriber {
        guard let ownSubscriber else { preconditionFailure("the session is connected") }
        return ownSubscriber
    }

    // MARK: What it does

    func start(_ patterns: [Pattern], from place: ReadPlace) {
        for pattern in patterns { courses.append(course(pattern, place, ref: nil)) }
        if patterns.isEmpty {
            subscriber.start()
        } else {
            subscriber.start(patterns, from: place, requestedCursor: nil)
        }
    }

    func join(_ pattern: Pattern, from place: ReadPlace, ref: Int) {
        guard !subscriber.hasSubscribed(to: pattern) else { return }
        courses.append(course(pattern, place, ref: ref))
        subscriber.join(pattern, from: place, ref: "\(ref)", requestedCursor: nil)
    }

    func leaveOne(using random: inout SplitMix64) {
        guard let index = courses.indices.randomElement(using: &random) else { return }
        check()
        let course = courses.remove(at: index)
        #expect(subscriber.leave(course.pattern), label)
    }

    func close() {
        check()
        subscriber.close()
        courses = []
    }

    private func course(_ pattern: Pattern, _ place: ReadPlace, ref: Int?) -> Course {
        Course(
            pattern: pattern, ref: ref, last: place.position, beginsAnywhere: place == .earliest,
            isForeign: place.isForeign)
    }

    // MARK: What it hears

    /// Looks at what was written since the last time.
    func check() {
        while seen < socket.written.count {
            receiver.append(socket.written[seen])
            seen += 1
            do {
                while let input = try receiver.next() {
                    let message = try Message(input)
                    heard(message, at: try #require(message.position, label))
                }
            } catch {
                Issue.record("\(error), \(label)")
            }
        }
    }

    private func heard(_ message: Message, at position: Position) {
        #expect(truth.appended[position]?.name == message.topic, label)
        #expect(message.data == "\(position)", label)
        if message.ref == nil {
            #expect(position > lastOfMain, "an event came twice or too late: \(position), \(label)")
            lastOfMain = position
        }
        var isWanted = false
        for index in courses.indices where takes(courses[index], message) {
            isWanted = true
            settleBeginning(of: index)
            let course = courses[index]
            #expect(position > course.last, "\(course.pattern) had \(position) before, \(label)")
            let skipped = owed(course).filter { $0 < position }
            #expect(skipped.isEmpty, "\(course.pattern) lost \(skipped.sorted()) in silence, \(label)")
            courses[index].last = max(course.last, position)
        }
        #expect(isWanted, "\(position) on \(message.topic) was not asked for, \(label)")
    }

    private func takes(_ course: Course, _ message: Message) -> Bool {
        guard let topic = try? Topic(message.topic), course.pattern.matches(topic) else { return false }
        return message.ref == nil ? course.isLive || course.ref == nil : message.ref == course.ref
    }

    /// What the course has not had yet and was not told to be lost.
    private func owed(_ course: Course) -> Set<Position> {
        Set(truth.appended.filter { $0.key > course.last && course.pattern.matches($0.value) }.keys)
            .subtracting(course.told)
    }

    private func settleBeginning(of index: Int) {
        guard courses[index].beginsAnywhere else { return }
        courses[index].beginsAnywhere = false
        courses[index].told.formUnion(owed(courses[index]).subtracting(truth.retained))
    }

    /// Once all is read and drained, nothing may be owed any more.
    func checkComplete() {
        check()
        for index in courses.indices {
            settleBeginning(of: index)
            let owed = owed(courses[index])
            #expect(owed.isEmpty, "\(courses[index].pattern) was never given \(owed.sorted()), \(label)")
            #expect(courses[index].isLive, label)
        }
    }
}

extension RandomSession: SubscriberDelegate {
    func missed(_ gap: MissedEvents, in subscription: Subscription) {
        check()
        let ref = subscription.ref.flatMap { Int($0) }
        for pattern in gap.patterns {
            let matching = courses.indices.filter { index in
                courses[index].pattern == pattern
                    && (ref == nil ? courses[index].isLive || courses[index].ref == nil : courses[index].ref == ref)
            }
            #expect(matching.count == 1, "a gap in \(pattern), which was not asked for, \(label)")
            for index in matching {
                let lost = owed(courses[index]).subtracting(truth.retained)
                #expect(
                    !gapsAreExact || !lost.isEmpty || courses[index].isForeign, "a false gap in \(pattern), \(label)")
                courses[index].isForeign = false
                courses[index].beginsAnywhere = false
                courses[index].told.formUnion(lost)
            }
        }
    }

    func ended(_ topic: EndedTopic, at position: Position, in subscription: Subscription) {}

    func wentLive(_ subscription: Subscription, at position: Position) {
        check()
        let ref = subscription.ref.flatMap { Int($0) }
        for index in courses.indices where courses[index].ref == ref && !courses[index].isLive {
            guard subscription.selection.contains(courses[index].pattern) else { continue }
            settleBeginning(of: index)
            let owed = owed(courses[index]).filter { $0 <= position }
            #expect(owed.isEmpty, "\(courses[index].pattern) went live without \(owed.sorted()), \(label)")
            courses[index].isLive = true
            courses[index].last = max(courses[index].last, position)
        }
    }

    func sentAway() {}

    func failed(_ error: ReadError) { Issue.record("the log was read, \(label)") }
}
