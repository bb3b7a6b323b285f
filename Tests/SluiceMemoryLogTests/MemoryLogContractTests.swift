import SluiceLogContract
import SluiceMemoryLog
import Testing

@Suite("The log in memory keeps the contract")
struct MemoryLogContractTests {
    @Test("as it is configured by default", arguments: EventLogContract.clauses)
    func contract(_ clause: EventLogContract.Clause) async throws {
        try await clause.verify { try MemoryLogUnderTest($0) }
    }

    @Test("when reads look at very few events and topics at a time", arguments: EventLogContract.clauses)
    func contractWithTightBounds(_ clause: EventLogContract.Clause) async throws {
        try await clause.verify { try MemoryLogUnderTest($0, adjust: Self.lookAtLittle) }
    }

    @Test("when it forgets topics all the time", arguments: EventLogContract.histories)
    func historiesWithFewTopics(_ clause: EventLogContract.Clause) async throws {
        try await clause.verify { conditions in
            try MemoryLogUnderTest(conditions) { configuration in
                Self.lookAtLittle(&configuration)
                configuration.maximumTopics = 4
            }
        }
    }

    private static func lookAtLittle(_ configuration: inout MemoryLog.Configuration) {
        configuration.maximumScan = 3
        configuration.maximumGapScan = 2
    }
}
