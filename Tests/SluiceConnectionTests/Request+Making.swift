import NIOHTTP1
import SluiceConnection

extension Request {
    /// A request as a client of the gateway at `host` makes it.
    init(
        _ method: HTTPMethod = .GET, _ target: String, _ headers: HTTPHeaders = [:], host: String? = "gateway.example"
    ) throws(Problem) {
        try self.init(method: method, target: target, headers: headers, authority: host, address: "192.0.2.1")
    }
}
