internal import Glibc

/// How many connections the process has descriptors for.
enum Descriptors {
    /// For listeners, event loops, files and connections that are open only to be refused.
    static let reserve = 256

    /// Raises the process's limit as far as it may, and works out how many connections fit beneath it.
    ///
    /// - Throws: `GatewayError.tooFewDescriptors`
    static func maximumConnections(configured: Int?) throws(GatewayError) -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return configured ?? 1024 }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        let available = Int(min(limit.rlim_cur, 10_000_000)) - reserve
        guard available > 0 else { throw .tooFewDescriptors(limit: available + reserve, needed: reserve + 1) }
        return min(configured ?? available, available)
    }
}
