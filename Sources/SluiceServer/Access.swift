internal import NIOCore
internal import SluiceAccess
internal import SluiceTopics

/// Who may do what, worked out from the configuration.
struct Access {
    let authorizer: any Authorizer
    let tickets: TicketOffice
    let origins: OriginPolicy
    /// Whether it is for whoever is on this machine, since nothing says who may do what.
    let isOpen: Bool

    /// - Throws: `GatewayError.accessNotConfigured`
    init(_ configuration: GatewayConfiguration) throws(GatewayError) {
        let access = configuration.access
        let foreign = configuration.listeners.first { $0.unix == nil && !Access.isLoopback($0.host) }
        if let foreign, access.keys.isEmpty, access.anonymous == nil {
            throw .accessNotConfigured(host: foreign.host)
        }
        isOpen = access.anonymous == nil && access.keys.isEmpty
        let anonymous = access.anonymous ?? (isOpen ? .everything : .none)
        tickets = TicketOffice(configuration: access.tickets)
        authorizer = KeyAuthorizer(
            anonymous: anonymous, keys: access.keys,
            allowsKeyInQuery: access.allowsKeyInQuery, tickets: tickets)
        origins = OriginPolicy(
            allowedOrigins: access.allowedOrigins, allowedHosts: access.allowedHosts,
            isOpenLoopback: foreign == nil && anonymous != .none)
    }

    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

extension Permissions {
    /// Every topic but those that begin with `$`.
    fileprivate static var everything: Permissions {
        do {
            let all = try Pattern("**")
            return Permissions(publish: [all], subscribe: [all])
        } catch {
            preconditionFailure("'**' is a pattern")
        }
    }
}
