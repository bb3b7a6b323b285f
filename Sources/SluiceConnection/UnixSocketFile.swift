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

    /// A socket that is bound to a path and does not listen yet, so that nobody gets in before the file has its mode.
    ///
    /// - Throws: `IOError`; then no file is left.
    static func bind(_ path: String, mode: UInt32) throws -> CInt {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        let address = try SocketAddress(unixDomainSocketPath: path)
        guard address.withSockAddr({ Glibc.bind(descriptor, $0, socklen_t($1)) }) == 0 else {
            let error = IOError(errnoCode: errno, reason: "bind")
            close(descriptor)
            throw error
        }
        guard chmod(path, mode) == 0 else {
            let error = IOError(errnoCode: errno, reason: "chmod")
            close(descriptor)
            unlink(path)
            throw error
        }
        return descriptor
    }

    package static func remove(at path: String) {
        unlink(path)
    }
}
