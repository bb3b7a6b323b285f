import SluiceTopics
import Testing

@testable import SluiceAccess

@Suite struct PermissionsTests {
    @Test(
        "a subscription is granted when one granted pattern covers all of it",
        arguments: [
            ("chat/**", "chat/**", true), ("chat/**", "chat/*", true), ("chat/**", "chat/room/1", true),
            ("chat/**", "chat", true), ("chat/*", "chat/**", false), ("chat/*", "chat/1", true),
            ("chat/*", "*/1", false), ("chat/1", "chat/*", false), ("**", "chat/**", true), ("**", "$sys/x", false),
            ("$sys/**", "$sys/x", true), ("chat/1", "chat/2", false), ("chat/**", "**", false),
        ])
    func subscribing(granted: String, asked: String, isGranted: Bool) throws {
        let permissions = Permissions(publish: [], subscribe: [try Pattern(granted)])
        #expect(try permissions.maySubscribe(to: Pattern(asked)) == isGranted)
    }

    @Test("two granted patterns that cover a pattern only together do not grant it")
    func noUnion() throws {
        let permissions = Permissions(publish: [], subscribe: [try Pattern("a"), try Pattern("a/*/**")])
        #expect(try !permissions.maySubscribe(to: Pattern("a/**")))
    }

    @Test(
        "publishing is granted by any pattern that matches, but never to a topic of the gateway's own",
        arguments: [
            ("chat/*", "chat/1", true), ("chat/*", "chat", false), ("**", "chat/1", true), ("**", "$sys", false),
            ("$sys/**", "$sys/x", false), ("$sys", "$sys", false),
        ])
    func publishing(granted: String, topic: String, isGranted: Bool) throws {
        let permissions = Permissions(publish: [try Pattern("none"), try Pattern(granted)], subscribe: [])
        #expect(try permissions.mayPublish(to: Topic(topic)) == isGranted)
    }

    @Test("one permission does not imply the other")
    func separate() throws {
        let everything = try Pattern("**")
        #expect(try !Permissions(publish: [everything], subscribe: []).maySubscribe(to: Pattern("a")))
        #expect(try !Permissions(publish: [], subscribe: [everything]).mayPublish(to: Topic("a")))
        #expect(try !Permissions.none.mayPublish(to: Topic("a")))
        #expect(try !Permissions.none.maySubscribe(to: Pattern("a")))
    }
}
