internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import SluiceConnection

/// A provider as the gateway reaches it: one client, with connections of its own.
final class Upstream: Sendable {
    let configuration: UpstreamConfiguration
    let allowance: UpstreamAllowance
    private let client: HTTPClient
    private let baseURL: String
    /// With their secrets.
    private let headers: [String: String]

    /// - Throws: for a header field whose variable is not there.
    init(
        _ configuration: UpstreamConfiguration, environment: [String: String], group: any EventLoopGroup
    ) throws(HeaderTemplate.MissingVariable) {
        self.configuration = configuration
        var headers: [String: String] = [:]
        for template in configuration.headers { headers[template.name] = try template.value(in: environment) }
        self.headers = headers
        allowance = UpstreamAllowance(limits: configuration.limits)
        var client = HTTPClient.Configuration()
        // A redirect would take the secrets somewhere else.
        client.redirectConfiguration = .disallow
        client.timeout = HTTPClient.Configuration.Timeout(
            connect: configuration.limits.connectTime, read: configuration.limits.idleTime)
        client.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = configuration.limits.concurrency
        // Whether to try again is decided here, and told soon.
        client.connectionPool.retryConnectionEstablishment = false
        client.decompression = .disabled
        self.client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: client)
        var url = configuration.url
        while url.hasSuffix("/") { url.removeLast() }
        baseURL = url
    }

    func close() async {
        try? await client.shutdown()
    }

    /// Sends the request, again if the provider cannot be reached or says that it cannot now.
    func execute(_ outgoing: RelayCall.Outgoing, deadline: NIODeadline) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: baseURL + "/" + outgoing.target)
        request.method = outgoing.method
        request.headers = RelayedHeaders.request(outgoing.headers, replaced: headers)
        if outgoing.body.readableBytes > 0 { request.body = .bytes(outgoing.body) }
        var attempt = 0
        while true {
            do {
                let response = try await client.execute(request, deadline: deadline)
                guard response.status == .serviceUnavailable, attempt < configuration.limits.retries else {
                    return response
                }
            } catch let error as HTTPClientError where error == .cancelled {
                throw CancellationError()
            } catch  where Upstream.isUnreached(error) && attempt < configuration.limits.retries {
                // Nothing was sent.
            }
            attempt += 1
            try await Task.sleep(for: .milliseconds(250 << min(attempt, 6)))
        }
    }

    /// Whether nothing of the request can have reached the provider, so that it is not paid for twice.
    private static func isUnreached(_ error: any Error) -> Bool {
        switch error {
        case is NIOConnectionError: true
        case let error as IOError: [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH].contains(error.errnoCode)
        case let error as HTTPClientError: error == .connectTimeout
        default: false
        }
    }
}
