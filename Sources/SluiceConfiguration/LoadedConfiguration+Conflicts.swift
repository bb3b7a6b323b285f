internal import NIOCore
internal import SluiceAccess
internal import SluiceConnection
internal import SluiceHTTP
internal import SluiceRelay
internal import SluiceServer

extension LoadedConfiguration {
    /// Values that are allowed, but not together.
    struct Conflict {
        /// Of the values, at least one; the first that was given is blamed.
        let paths: [String]
        let message: String
    }

    var conflicts: [Conflict] {
        tlsConflicts + unixConflicts + proxyConflicts + pageConflicts + drainConflicts + questionConflicts + repetitions
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

    /// In the file they are found with the object; these are the variables of the first listener.
    private var unixConflicts: [Conflict] {
        guard let first = gateway.listeners.first, let path = first.unix, first.host != "" || first.port != 0 else {
            return []
        }
        return [
            Conflict(
                paths: ["listen.host", "listen.port"],
                message: "the first listener is the Unix socket '\(path)', and has neither a host nor a port")
        ]
    }

    private var proxyConflicts: [Conflict] {
        guard gateway.connection.proxies.sources.isEmpty,
            let index = gateway.listeners.firstIndex(where: \.proxyProtocol)
        else { return [] }
        return [
            Conflict(
                paths: ["listeners[\(index)].proxyProtocol", "listeners[\(index)]", "proxies.trusted"],
                message: "nobody may send a PROXY header: list the proxies in proxies.trusted")
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

    private var questionConflicts: [Conflict] {
        gateway.routes.enumerated().compactMap { index, route in
            guard case .question(let question) = route.destination else { return nil }
            guard let upstream = gateway.upstreams.first(where: { $0.name == question.upstream }) else {
                return Conflict(
                    paths: ["routes[\(index)].upstream"], message: "there is no upstream '\(question.upstream)'")
            }
            do throws(Problem) {
                try upstream.checkPath(question.target.prefix { $0 != "?" })
                return nil
            } catch {
                return Conflict(paths: ["routes[\(index)].target"], message: error.detail)
            }
        }
    }

    private var repetitions: [Conflict] {
        // Each listener on port 0 gets a port of its own.
        let listeners = gateway.listeners.map { listener in
            listener.unix ?? (listener.port == 0 ? nil : "\(listener.host) \(listener.port)")
        }
        return repetitions(of: listeners, in: { "listeners[\($0)]" }, called: "place")
            + repetitions(of: gateway.routes.map(\.path), in: { "routes[\($0)].path" }, called: "path")
            + repetitions(of: gateway.upstreams.map(\.name), in: { "upstreams[\($0)].name" }, called: "name")
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
