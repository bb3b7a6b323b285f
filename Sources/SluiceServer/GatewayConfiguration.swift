package import SluiceAccess
package import SluiceBus
package import SluiceConnection
package import SluiceHTTP
package import SluiceMemoryLog
package import SluiceRelay
package import SluiceSSE
package import SluiceTopics
package import SluiceWebSocket

/// Everything that makes a gateway: each part's own configuration, and how they are put together.
package struct GatewayConfiguration: Sendable {
    package struct Listener: Hashable, Sendable {
        /// A name or an address.
        package var host: String
        /// 0 for any port that is free.
        package var port: Int
        /// The path of a Unix socket to listen on, in place of host and port.
        package var unix: String?
        /// The mode of the socket's file: who may connect.
        package var mode: UInt32 = 0o660
        /// Whether it speaks TLS, with the certificates of `connection.tls`.
        package var tls: Bool
        /// Whether each connection begins with a PROXY header from one of `connection.proxies`.
        package var proxyProtocol = false

        package init(host: String, port: Int, tls: Bool = false) {
            self.host = host
            self.port = port
            self.tls = tls
        }

        package init(unix path: String) {
            self.init(host: "", port: 0)
            unix = path
        }

        package var address: ListenAddress {
            unix.map { .unix(path: $0, mode: mode) } ?? .tcp(host: host, port: port)
        }
    }

    /// A path of an application's own.
    package struct Route: Hashable, Sendable {
        package enum Destination: Hashable, Sendable {
            /// The path stands for a topic.
            case topic(Topic)
            /// A `GET` asks an upstream.
            case question(Question)
        }

        /// Begins with `/`.
        package var path: String
        package var destination: Destination

        package init(path: String, to destination: Destination) {
            self.path = path
            self.destination = destination
        }
    }

    package struct Access: Sendable {
        /// What someone without credentials may do; nil when the configuration does not say: everything on a
        /// gateway that listens on loopback only and has no keys, otherwise nothing.
        package var anonymous: Permissions?
        package var keys: [AccessKey] = []
        /// Whether a key itself may be in a query, where it is easily logged.
        package var allowsKeyInQuery = false
        package var tickets = TicketOffice.Configuration()
        /// Origins of pages that may use the gateway, such as `https://example.org`, beside its own.
        package var allowedOrigins: Set<String> = []
        /// Names under which an open loopback gateway may be addressed, beside loopback ones.
        package var allowedHosts: Set<String> = []

        package init() {}
    }

    /// At least one.
    package var listeners = [Listener(host: "127.0.0.1", port: 8080)]
    package var routes: [Route] = []
    package var access = Access()
    /// What the log keeps and how it is read, in whichever engine.
    package var log = MemoryLog.Configuration()
    /// The file that the log is kept in; nil for memory.
    package var logFile: String?
    /// The most that the events may take in that file, in bytes.
    package var logFileBytes = 8 << 30
    /// The most memory for the newest events of that file, in bytes.
    package var logCacheBytes = 64 << 20
    package var connection = ConnectionConfiguration()
    package var webSocket = WebSocketConfiguration()
    package var eventStream = EventStreamConfiguration()
    package var http = HTTPConfiguration()
    /// Model providers that requests are relayed to.
    package var upstreams: [UpstreamConfiguration] = []
    package var generations = Generations.Configuration()
    package var compression = TopicBus.Compression()
    /// Event loops, each a thread: 1 to 64; nil for one per core.
    package var eventLoops: Int?

    package init() {}
}
