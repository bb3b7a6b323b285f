internal import Synchronization

/// Counts connections, in all and per address, and says which are too many.
final class ConnectionGate: Sendable {
    /// What a new connection is.
    enum Admission: Sendable {
        case granted
        /// It is answered with this problem and closed.
        case refused(Problem)
    }

    private struct State {
        var granted = 0
        var refused = 0
        var perAddress: [String: Int] = [:]
    }

    private let maximum: Int
    /// How many connections may be open just to be told that there are too many.
    private let maximumRefused: Int
    private let maximumPerAddress: Int?
    private let state = Mutex(State())

    init(maximum: Int, maximumRefused: Int, maximumPerAddress: Int?) {
        self.maximum = maximum
        self.maximumRefused = maximumRefused
        self.maximumPerAddress = maximumPerAddress
    }

    /// - Parameter address: nil when the connection is not to be counted for one.
    /// - Returns: nil when even a refusal is too much now: the connection is closed at once.
    func admit(_ address: String?) -> Admission? {
        state.withLock { admit(address, &$0) }
    }

    /// Counts a connection for its client, now that this is known, in place of what it was admitted as.
    ///
    /// - Returns: as of `admit`; when it is nil the connection is not counted any more.
    func readmit(_ address: String, from admission: Admission) -> Admission? {
        state.withLock { state in
            leave(nil, admission, &state)
            return admit(address, &state)
        }
    }

    private func admit(_ address: String?, _ state: inout State) -> Admission? {
        var problem: Problem?
        if state.granted >= maximum {
            problem = .overloaded("the gateway has as many connections as it may hold")
        } else if let address {
            problem = enter(address, &state)
        }
        if let problem {
            guard state.refused < maximumRefused else { return nil }
            state.refused += 1
            return .refused(problem)
        }
        state.granted += 1
        return .granted
    }

    /// - Parameter address: as it was admitted.
    func leave(_ address: String?, _ admission: Admission) {
        state.withLock { leave(address, admission, &$0) }
    }

    private func leave(_ address: String?, _ admission: Admission, _ state: inout State) {
        switch admission {
        case .refused:
            state.refused -= 1
        case .granted:
            state.granted -= 1
            if let address { exit(address, &state) }
        }
    }

    /// Counts one more for an address: a request that a proxy passes on for it.
    ///
    /// - Returns: why there is no room; then nothing was counted.
    func enter(_ address: String) -> Problem? {
        state.withLock { enter(address, &$0) }
    }

    func exit(_ address: String) {
        state.withLock { exit(address, &$0) }
    }

    private func enter(_ address: String, _ state: inout State) -> Problem? {
        guard let maximumPerAddress else { return nil }
        guard state.perAddress[address, default: 0] < maximumPerAddress else {
            return .overloaded("there are too many connections from this address")
        }
        state.perAddress[address, default: 0] += 1
        return nil
    }

    private func exit(_ address: String, _ state: inout State) {
        guard let count = state.perAddress[address] else { return }
        state.perAddress[address] = count > 1 ? count - 1 : nil
    }

    /// How many connections are open.
    var count: Int { state.withLock { $0.granted + $0.refused } }
}
