internal import Dispatch
internal import Glibc
internal import NIOCore

/// Standard input as it arrives, read only as fast as it is taken.
struct StandardInput: AsyncSequence, Sendable {
    func makeAsyncIterator() -> AsyncIterator { AsyncIterator() }

    struct AsyncIterator: AsyncIteratorProtocol {
        func next() async throws -> ByteBuffer? {
            // Reading blocks, and the threads that run tasks are few.
            try await withCheckedThrowingContinuation { continuation in
                DispatchQueue.global().async {
                    continuation.resume(with: Result { try FileDescriptor.read(STDIN_FILENO, atMost: 64 << 10) })
                }
            }
        }
    }
}
