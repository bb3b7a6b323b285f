package import SluiceConnection

/// `/healthz`: the process is alive. `/readyz`: it takes new work.
package enum HealthEndpoints {
    package static func health(_ exchange: Exchange) {
        exchange.respond(.text(200, "ok\n", headers: [("cache-control", "no-store")]))
    }

    package static func readiness(_ exchange: Exchange) {
        if exchange.loop.core.isDraining {
            exchange.respond(.draining)
        } else {
            exchange.respond(.text(200, "ready\n", headers: [("cache-control", "no-store")]))
        }
    }
}
