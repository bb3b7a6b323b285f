internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Says in plain words why there is no connection, or not any more.
package struct ConnectionFault: CustomStringConvertible {
    package let description: String

    package init(_ error: any Error) {
        description = Self.describe(error)
    }

    private static func describe(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { describe($0.error) } ?? "there is no host of the name '\(error.host)'"
        case let error as IOError:
            String(cString: strerror(error.errnoCode)).lowercased()
        case let error as ChannelError:
            describe(error)
        case let error as HTTPClientError:
            describe(error)
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            describeTLS("\(error)")
        default:
            "\(error)"
        }
    }

    /// BoringSSL's words name its source files; these are what people meet.
    private static func describeTLS(_ words: String) -> String {
        if words.contains("CERTIFICATE_VERIFY_FAILED") {
            "the TLS handshake failed: the certificate is not trusted"
        } else if words.contains("validateHostname") || words.contains("ValidateHostname") {
            "the TLS handshake failed: the certificate is for another host"
        } else if words.contains("WRONG_VERSION_NUMBER") {
            "the TLS handshake failed: the other side does not speak TLS"
        } else {
            "the TLS handshake failed"
        }
    }

    private static func describe(_ error: ChannelError) -> String {
        switch error {
        case .connectTimeout: "no connection in time"
        case .alreadyClosed, .ioOnClosedChannel, .eof, .inputClosed, .outputClosed: "the connection was closed"
        default: "\(error)"
        }
    }

    private static func describe(_ error: HTTPClientError) -> String {
        switch error {
        case .connectTimeout: "no connection in time"
        case .remoteConnectionClosed: "the connection was closed"
        case .readTimeout, .deadlineExceeded: "nothing came for too long"
        default: error.shortDescription
        }
    }
}
