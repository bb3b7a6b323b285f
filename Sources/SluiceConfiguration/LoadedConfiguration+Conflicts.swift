internal import NIOCore
internal import SluiceAccess
internal import SluiceConnection
internal import SluiceHTTP
internal import SluiceServer

extension LoadedConfiguration {
    /// Values that are allowed, but not together.
    struct Conflict {
        /// Of the values, at least one; the first that was given is blamed.
        let paths: [String]
        let message: String
    }

    var conflicts: [Conflict] {
        tlsConflicts + pageConflicts + drainConflicts + repetitions
    }

    private var tlsConflicts: [Conflict] {
        guard gateway.connection.tls.certificates.isEmpty, let index = gateway.listeners.firstIndex(where: \.tls) else {
            return []
        }
        return [
            Conflict(
                paths: ["listeners[\(index)].tls", "listeners[\(index)]", "listen.tls", "tls.certificates"],
                message: "TLS needs a certificate: name one in tls.certificates; 'sluice certificate' makes one to try")
        ]
    }

    private var pageConflicts: [Conflict] {
        let http = gateway.http
        guard http.pageEvents > http.maximumPageEvents else { return [] }
        return [
            Conflict(
                paths: ["http.pageEvents", "http.maximumPageEvents"],
                message: "http.pageEvents is \(http.pageEvents), more than the \(http.maximumPageEvents) of "
                    + "http.maximumPageEvents")
        ]
    }

    private var drainConflicts: [Conflict] {
        let drain = gateway.connection.drain
        let needed = drain.notice + drain.spread
        guard needed > drain.time else { return [] }
        func text(_ time: TimeAmount) -> String { TimeSpan(.nanoseconds(time.nanoseconds)).text }
        return [
            Conflict(
                paths: ["drain.time", "drain.spread", "drain.notice"],
                message: "drain.notice and drain.spread are \(text(needed)) together, more than the "
                    + "\(text(drain.time)) of drain.time")
        ]
    }

    private var repetitions: [Conflict] {
        // Each listener on port 0 gets a port of its own.
        let listeners = gateway.listeners.map { $0.port == 0 ? nil : "\($0.host) \($0.port)" }
        return repetitions(of: listeners, in: { "listeners[\($0)]" }, called: "host and port")
            + repetitions(of: gateway.routes.map(\.path), in: { "routes[\($0)].path" }, called: "path")
            + repetitions(of: gateway.access.keys.map(\.name), in: { "access.keys[\($0)].name" }, called: "name")
            + repetitions(of: gateway.access.keys.map(\.digest), in: { "access.keys[\($0)].sha256" }, called: "digest")
    }

    /// Nil is no repetition of nil.
    private func repetitions<Value: Hashable>(
        of values: [Value?], in path: (Int) -> String, called name: String
    ) -> [Conflict] {
        var seen: [Value: Int] = [:]
        var conflicts: [Conflict] = []
        for (index, value) in values.enumerated() {
            guard let value else { continue }
            if let first = seen[value] {
                conflicts.append(Conflict(paths: [path(index)], message: "the \(name) is that of \(path(first)) too"))
            } else {
                seen[value] = index
            }
        }
        return conflicts
    }
}
