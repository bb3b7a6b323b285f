import Foundation

/// Runs each job of a task on a thread of its own. The clients of these tests block in system calls, which must not
/// take a thread from the pool that the gateway shares with the tests.
final class BlockingThreads: TaskExecutor {
    static let shared = BlockingThreads()

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        Thread.detachNewThread { job.runSynchronously(on: BlockingThreads.shared.asUnownedTaskExecutor()) }
    }
}
