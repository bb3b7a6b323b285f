import Testing

@testable import SluiceConnection

@Suite struct ConnectionGateTests {
    private func isGranted(_ admission: ConnectionGate.Admission?) -> Bool {
        switch admission {
        case .granted: true
        case .refused, nil: false
        }
    }

    private func refusal(_ admission: ConnectionGate.Admission?) -> Problem? {
        switch admission {
        case .refused(let problem): problem
        case .granted, nil: nil
        }
    }

    @Test("as many are admitted as it may hold; who leaves makes room")
    func maximum() throws {
        let gate = ConnectionGate(maximum: 2, maximumRefused: 3, maximumPerAddress: nil)
        let first = try #require(gate.admit("a"))
        #expect(isGranted(first))
        #expect(isGranted(gate.admit("a")))
        let third = try #require(gate.admit("b"))
        #expect(refusal(third)?.isTemporary == true)
        #expect(gate.count == 3)
        gate.leave("b", third)
        #expect(gate.count == 2)
        #expect(!isGranted(gate.admit("b")))
        gate.leave("a", first)
        #expect(isGranted(gate.admit("b")))
    }

    @Test("one address cannot take all of it")
    func perAddress() throws {
        let gate = ConnectionGate(maximum: 10, maximumRefused: 3, maximumPerAddress: 2)
        let first = try #require(gate.admit("a"))
        #expect(isGranted(gate.admit("a")))
        let third = gate.admit("a")
        #expect(refusal(third)?.type == "overloaded")
        #expect(isGranted(gate.admit("b")))
        // A refused one leaves, and that does not free a place that it never had.
        gate.leave("a", try #require(third))
        #expect(!isGranted(gate.admit("a")))
        gate.leave("a", first)
        #expect(isGranted(gate.admit("a")))
        #expect(!isGranted(gate.admit("a")))
    }

    @Test("what a proxy passes on counts for the address that it is from, beside the connections from there")
    func forwarded() throws {
        let gate = ConnectionGate(maximum: 10, maximumRefused: 3, maximumPerAddress: 2)
        for _ in 0..<4 { #expect(isGranted(gate.admit(nil))) }
        #expect(gate.enter("a") == nil)
        #expect(isGranted(gate.admit("a")))
        #expect(gate.enter("a")?.type == "overloaded")
        #expect(!isGranted(gate.admit("a")))
        #expect(gate.enter("b") == nil)
        gate.exit("a")
        #expect(gate.enter("a") == nil)
        #expect(gate.enter("a") != nil)
    }

    @Test("a connection that a proxy header shows to be of a client too many is a refused one from then on")
    func readmitted() throws {
        let gate = ConnectionGate(maximum: 2, maximumRefused: 2, maximumPerAddress: 1)
        func connect(for client: String) throws -> ConnectionGate.Admission? {
            let admission = try #require(gate.admit(nil))
            return gate.readmit(client, from: admission)
        }
        let first = try #require(try connect(for: "a"))
        #expect(isGranted(first))
        for _ in 0..<2 { #expect(refusal(try connect(for: "a")) != nil) }
        // Nor may more be refused than are refused otherwise, and nobody else's place is taken.
        #expect(try connect(for: "a") == nil)
        #expect(gate.count == 3)
        #expect(isGranted(try connect(for: "b")))
        gate.leave("a", first)
        #expect(isGranted(gate.admit("a")))
    }

    @Test("only so many are told why; the next are just closed")
    func refused() throws {
        let gate = ConnectionGate(maximum: 0, maximumRefused: 3, maximumPerAddress: nil)
        var refused: [ConnectionGate.Admission] = []
        for _ in 0..<3 { refused.append(try #require(gate.admit("a"))) }
        #expect(gate.admit("a") == nil)
        #expect(gate.count == 3)
        gate.leave("a", refused[0])
        #expect(refusal(gate.admit("a")) != nil)
        #expect(gate.admit("a") == nil)
    }
}
