internal import Glibc
internal import SluiceConnection

extension ConnectionCapacity {
    /// Descriptors that are not connections: listeners, event loops, standard streams, files.
    private static let reserve = 128
    private static let minimumRefusals = 128

    /// Raises the process's limit as far as it may, and works out how many connections fit beneath it, so that
    /// running out of descriptors never comes by surprise.
    ///
    /// - Parameter configured: nil for as many as there can be.
    /// - Throws: `GatewayError.tooFewDescriptors`
    init(configured: Int?) throws(GatewayError) {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        getrlimit(resource, &limit)
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            setrlimit(resource, &limit)
            getrlimit(resource, &limit)
        }
        let available = Int(min(limit.rlim_cur, 100_000_000)) - ConnectionCapacity.reserve
        guard available > ConnectionCapacity.minimumRefusals else {
            throw .tooFewDescriptors(
                limit: available + ConnectionCapacity.reserve,
                needed: ConnectionCapacity.reserve + ConnectionCapacity.minimumRefusals + 1)
        }
        let connections = min(configured ?? .max, available - ConnectionCapacity.minimumRefusals)
        self.init(connections: connections, refusals: available - connections)
    }
}
