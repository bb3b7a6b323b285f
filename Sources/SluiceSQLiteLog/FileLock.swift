internal import Glibc
internal import Synchronization

/// Keeps other processes from the same log.
final class FileLock: Sendable {
    private let file: String
    private let descriptor: Mutex<CInt?>

    /// - Throws: `SQLiteLogError.inUse`, or `.unusable`.
    init(besides path: String) throws {
        let file = path + ".lock"
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw SQLiteLogError.unusable(
                path: path, reason: "'\(file)' cannot be written: \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, Self.isStill(file, descriptor) else {
            close(descriptor)
            throw SQLiteLogError.inUse(path: path)
        }
        self.file = file
        self.descriptor = Mutex(descriptor)
    }

    /// Whether the file is not one that its last owner was about to remove.
    private static func isStill(_ file: String, _ descriptor: CInt) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && LogFile.identity(file) == LogFile.Identity(status)
    }

    /// Releases it for good.
    func remove() {
        unlink(file)
        release()
    }

    func release() {
        descriptor.withLock { descriptor in
            if let open = descriptor { close(open) }
            descriptor = nil
        }
    }

    deinit { release() }
}
