package import NIOCore

/// How the connection core listens, and what it grants a peer.
package struct ConnectionConfiguration: Sendable {
    package struct Limits: Sendable {
        /// Bytes of a request's line and header fields.
        package var headerBytes = 32 << 10
        /// How many header fields a request has.
        package var headerCount = 100
        /// Bytes of a request body that is read as a whole; also of one event in a streaming body.
        package var bodyBytes = 1 << 20
        /// From the first byte of a request to the last of its header, and from there to the last of a plain body.
        package var requestTime = TimeAmount.seconds(30)
        /// How long a kept-alive connection may stand idle, and a streaming body bring nothing.
        package var idleTime = TimeAmount.seconds(75)
        /// Connections at once; nil for as many as the process has descriptors, less a reserve.
        package var connections: Int?
        /// Connections at once from one address; nil for no limit of its own (all may come from one proxy).
        package var connectionsPerAddress: Int?
        /// Requests of one connection that wait for their answer; beyond that the connection is not read.
        package var requestsInFlight = 64
        /// Requests at once on one HTTP/2 connection, subscriptions included (RFC 9113 § 5.1.2).
        package var streamsPerConnection = 100
        /// Topics and patterns of one subscription or session.
        package var topicsPerSubscription = 100
        /// Bytes that wait in the process for a connection's socket before its subscriber becomes a cursor.
        package var outboundBytes = 64 << 10
        /// `SO_SNDBUF`: bytes that wait in the kernel; nil leaves it to the kernel, which may take megabytes.
        package var sendBufferBytes: Int? = 64 << 10

        package init() {}
    }

    package struct Drain: Sendable {
        /// From the signal to the last connection's end, at the most.
        package var time = TimeAmount.seconds(20)
        /// How long `/readyz` says 503 before subscribers are sent away, for a load balancer to notice.
        package var notice = TimeAmount.seconds(1)
        /// Over how long the subscribers are sent away, in batches.
        package var spread = TimeAmount.seconds(5)

        package init() {}
    }

    package struct TLS: Sendable {
        /// Shown by the name that the client asks for (RFC 6066 § 3); the first to those who ask for none that is
        /// here. At least one where a listener speaks TLS.
        package var certificates: [CertificateFiles] = []
        /// A PEM file with the authorities of client certificates; nil to ask clients for none.
        package var clientAuthority: String?

        package init() {}
    }

    package var tls = TLS()
    package var proxies = TrustedProxies()
    package var limits = Limits()
    package var drain = Drain()

    package init() {}
}
