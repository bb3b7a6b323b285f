import SluiceTestSupport
import SluiceTopics
import Testing

@testable import SluiceAccess

@Suite struct KeyAuthorizerTests {
    private let now = ContinuousClock.now
    private let publisher = Permissions(publish: [Pattern(Topic(unchecked: "a"))], subscribe: [])

    private func authorizer(allowsKeyInQuery: Bool = false) -> KeyAuthorizer {
        KeyAuthorizer(
            anonymous: .none,
            keys: [
                AccessKey(name: "first", digest: AccessKey.digest(of: "sk_first"), permissions: .none),
                AccessKey(name: "second", digest: AccessKey.digest(of: "sk_second"), permissions: publisher),
            ],
            allowsKeyInQuery: allowsKeyInQuery, tickets: TicketOffice(configuration: TicketOffice.Configuration()))
    }

    @Test("a key is known by its digest, and names its principal")
    func knownKey() throws {
        let principal = try authorizer().authenticate(.bearer("sk_second"), now: now)
        #expect(principal == Principal(name: "second", permissions: publisher))
    }

    @Test("without credentials one is anonymous")
    func anonymous() throws {
        #expect(try authorizer().authenticate(.none, now: now) == .anonymous(.none))
    }

    @Test(
        "wrong credentials are refused, and do not make one anonymous",
        arguments: ["", "sk_", "sk_secondx", "SK_SECOND"])
    func unknownKey(secret: String) {
        #expect(throws: Unauthorised.unknownKey) { try authorizer().authenticate(.bearer(secret), now: now) }
    }

    @Test("a key in the query counts only where it is allowed")
    func keyInQuery() throws {
        #expect(throws: Unauthorised.keyInQueryNotAllowed) {
            try authorizer().authenticate(.keyInQuery("sk_first"), now: now)
        }
        #expect(try authorizer(allowsKeyInQuery: true).authenticate(.keyInQuery("sk_first"), now: now).name == "first")
        #expect(throws: Unauthorised.unknownKey) {
            try authorizer(allowsKeyInQuery: true).authenticate(.keyInQuery("sk_third"), now: now)
        }
    }

    @Test("a ticket stands for its principal, once")
    func ticket() throws {
        let office = TicketOffice(configuration: TicketOffice.Configuration())
        let authorizer = KeyAuthorizer(anonymous: .none, keys: [], allowsKeyInQuery: false, tickets: office)
        let principal = Principal(name: "second", permissions: publisher)
        var generator = SplitMix64(seed: 1)
        let text = try #require(office.issue(to: principal, now: now, using: &generator))
        #expect(try authorizer.authenticate(.ticket(text), now: now) == principal)
        #expect(throws: Unauthorised.invalidTicket) { try authorizer.authenticate(.ticket(text), now: now) }
    }

    @Test("a new secret has 256 random bits and the form that is documented")
    func secrets() {
        var generator = SplitMix64(seed: 7)
        let secrets = (0..<100).map { _ in AccessKey.makeSecret(using: &generator) }
        #expect(Set(secrets).count == 100)
        for secret in secrets {
            #expect(secret.utf8.count == 67)
            #expect(secret.hasPrefix("sk_"))
            #expect(AccessKey.digest(hexadecimal: String(secret.dropFirst(3))) != nil)
        }
    }

    @Test("a digest is that of SHA-256, and is read in either case")
    func digests() throws {
        // The one-block message of FIPS 180-4.
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(AccessKey.hexadecimal(AccessKey.digest(of: "abc")) == text)
        #expect(AccessKey.digest(hexadecimal: text) == AccessKey.digest(of: "abc"))
        #expect(AccessKey.digest(hexadecimal: text.uppercased()) == AccessKey.digest(of: "abc"))
    }

    @Test(
        "what is not 64 hexadecimal digits is no digest",
        arguments: [
            "", "ba", String(repeating: "a", count: 63), String(repeating: "a", count: 65),
            String(repeating: "g", count: 64), String(repeating: "\u{FF11}", count: 64),
            " " + String(repeating: "a", count: 63),
        ])
    func noDigest(text: String) {
        #expect(AccessKey.digest(hexadecimal: text) == nil)
    }

    @Test(
        "the comparison in constant time compares",
        arguments: [
            ([1, 2], [1, 2], true), ([1, 2], [1, 3], false), ([0, 2], [1, 2], false), ([1], [1, 2], false),
            ([], [], true),
        ] as [([UInt8], [UInt8], Bool)])
    func comparison(left: [UInt8], right: [UInt8], isEqual: Bool) {
        #expect(isEqualInConstantTime(left, right) == isEqual)
    }
}
