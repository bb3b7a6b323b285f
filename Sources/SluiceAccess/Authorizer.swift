/// What a request brought to say who it is.
package enum Credentials: Hashable, Sendable {
    case none
    /// `Authorization: Bearer …`
    case bearer(String)
    /// `ticket=…` in the query.
    case ticket(String)
    /// `key=…` in the query.
    case keyInQuery(String)
}

/// Why credentials were not accepted.
package enum Unauthorised: Error, Hashable, Sendable {
    case unknownKey
    /// The ticket never existed, was used, or has expired.
    case invalidTicket
    case keyInQueryNotAllowed
}

/// Finds out who makes a request. What that principal may do is in its permissions.
package protocol Authorizer: Sendable {
    /// - Throws: `Unauthorised` when there are credentials and they are wrong. Without any it is the anonymous
    ///   principal, who may do nothing unless the configuration says otherwise.
    func authenticate(_ credentials: Credentials, now: ContinuousClock.Instant) throws(Unauthorised) -> Principal
}

/// The authorizer of keys from the configuration, and of the tickets that are traded for them.
package final class KeyAuthorizer: Authorizer {
    private let anonymous: Principal
    private let keys: [AccessKey]
    private let allowsKeyInQuery: Bool
    private let tickets: TicketOffice

    package init(anonymous: Permissions, keys: [AccessKey], allowsKeyInQuery: Bool, tickets: TicketOffice) {
        self.anonymous = .anonymous(anonymous)
        self.keys = keys
        self.allowsKeyInQuery = allowsKeyInQuery
        self.tickets = tickets
    }

    package func authenticate(
        _ credentials: Credentials, now: ContinuousClock.Instant
    ) throws(Unauthorised) -> Principal {
        switch credentials {
        case .none:
            return anonymous
        case .bearer(let secret):
            return try principal(of: secret)
        case .keyInQuery(let secret):
            guard allowsKeyInQuery else { throw .keyInQueryNotAllowed }
            return try principal(of: secret)
        case .ticket(let text):
            guard let principal = tickets.redeem(text, now: now) else { throw .invalidTicket }
            return principal
        }
    }

    private func principal(of secret: String) throws(Unauthorised) -> Principal {
        let digest = AccessKey.digest(of: secret)
        // Every key is compared, so that the time tells nothing about which one it was.
        var found: AccessKey?
        for key in keys where isEqualInConstantTime(key.digest, digest) { found = key }
        guard let found else { throw .unknownKey }
        return Principal(name: found.name, permissions: found.permissions)
    }
}
