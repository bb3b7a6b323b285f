internal import Glibc
internal import NIOCore
internal import NIOPosix

/// The file of a listener that is a Unix socket: the kernel neither removes nor reuses it.
package enum UnixSocketFile {
    /// Removes what a process left that is gone. A socket that is still served stays, as does anything else that is
    /// there; binding then fails.
    static func removeStale(at path: String, group: any EventLoopGroup) async throws {
        do {
            let connection = try await ClientBootstrap(group: group).connect(unixDomainSocketPath: path).get()
            try await connection.close()
        } catch let error as IOError where error.errnoCode == ECONNREFUSED {
            var status = stat()
            if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK { unlink(path) }
        } catch {
            // Nothing is there, or something that binding has a better word for.
        }
    }

    /// - Throws: `IOError`
    static func setMode(_ mode: UInt32, at path: String) throws {
        guard chmod(path, mode) == 0 else { throw IOError(errnoCode: errno, reason: "chmod") }
    }

    package static func remove(at path: String) {
        unlink(path)
    }
}
