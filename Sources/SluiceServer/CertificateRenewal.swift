internal import Logging
internal import SluiceConnection

/// Keeps the certificates up to date with their files, and says when they expire.
struct CertificateRenewal: Sendable {
    let context: TLSContext
    let metrics: GatewayMetrics
    let logger: Logger

    /// Looks at the files once a second, until it is cancelled.
    func run() async {
        report()
        while (try? await Task.sleep(for: .seconds(1))) != nil { renew() }
    }

    /// Looks at the files. Blocks.
    func renew() {
        do throws(CertificateError) {
            guard try context.renew() else { return }
            logger.info("certificates renewed")
            report()
        } catch {
            logger.error("certificates not renewed, the old ones stay in use", metadata: ["reason": "\(error)"])
        }
    }

    private func report() {
        metrics.recordCertificateExpiry(context.expiry)
        if context.expiry <= WallClock.now() { logger.warning("a certificate has expired") }
    }
}
