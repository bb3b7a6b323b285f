internal import ArgumentParser
internal import FoundationEssentials
internal import SluiceCertificates

struct CertificateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate",
        abstract: "Make a local authority and a certificate, to try TLS.",
        discussion: "Writes authority.pem and authority.key, unless they are there, and certificate.pem and "
            + "certificate.key. Whatever trusts authority.pem trusts the certificate: keep authority.key to yourself.")

    @Argument(help: "DNS names and IP addresses that the certificate is for.")
    var names = ["localhost", "127.0.0.1", "::1"]

    @Option(help: "The folder for the files.")
    var directory = "certificates"

    func run() throws {
        let folder = URL(fileURLWithPath: directory, isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let authority = try authority(in: folder)
        try write(try authority.issue(to: names, now: Date()), to: folder, as: "certificate")
        try StandardOutput.write(
            line: """
                The certificate is for \(names.joined(separator: ", ")). In gateway.json:

                  "listeners": [{"host": "127.0.0.1", "port": 8443, "tls": true}],
                  "tls": {"certificates": [{"chain": "\(directory)/certificate.pem", "key": "\(directory)/certificate.key"}]}

                Then, for instance:

                  curl --cacert \(directory)/authority.pem https://localhost:8443/healthz

                For a browser, add \(directory)/authority.pem to the authorities that it trusts.
                """)
    }

    /// The one in the folder, or a new one.
    private func authority(in folder: URL) throws -> LocalAuthority {
        let (certificate, key) = Self.paths("authority", in: folder)
        if FileManager.default.fileExists(atPath: certificate.path) {
            do {
                return try LocalAuthority(
                    LocalAuthority.Files(
                        certificate: String(contentsOf: certificate, encoding: .utf8),
                        key: String(contentsOf: key, encoding: .utf8)))
            } catch {
                throw ValidationError(
                    "the authority in '\(directory)' cannot be used (remove it to have a new one made): \(error)")
            }
        }
        let authority = try LocalAuthority(now: Date())
        try write(authority.files, to: folder, as: "authority")
        return authority
    }

    private func write(_ files: LocalAuthority.Files, to folder: URL, as name: String) throws {
        let (certificate, key) = Self.paths(name, in: folder)
        // The key first, and never readable by others, not even for a moment.
        try? FileManager.default.removeItem(at: key)
        guard
            FileManager.default.createFile(
                atPath: key.path, contents: Data(files.key.utf8), attributes: [.posixPermissions: 0o600])
        else { throw ValidationError("'\(key.path)' cannot be written") }
        try Data(files.certificate.utf8).write(to: certificate, options: .atomic)
    }

    private static func paths(_ name: String, in folder: URL) -> (certificate: URL, key: URL) {
        (folder.appendingPathComponent("\(name).pem"), folder.appendingPathComponent("\(name).key"))
    }
}
