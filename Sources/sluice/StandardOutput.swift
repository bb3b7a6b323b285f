internal import ArgumentParser
internal import Glibc

/// Lines for whoever reads this command's output, each written at once.
enum StandardOutput {
    /// - Throws: `ExitCode.success` when the reader has gone: nothing is left to do then, and nothing went wrong.
    static func write(line: String) throws {
        do {
            try FileDescriptor.write(line + "\n", to: STDOUT_FILENO)
        } catch let error where error.number == EPIPE {
            throw ExitCode.success
        }
    }

    /// A write after the reader has gone then fails instead of ending the process.
    static func ignoreBrokenPipeSignal() {
        signal(SIGPIPE, SIG_IGN)
    }
}

/// Lines for a person. If nobody can read them, there is nobody to tell.
enum StandardError {
    static func write(line: String) {
        try? FileDescriptor.write(line + "\n", to: STDERR_FILENO)
    }
}
