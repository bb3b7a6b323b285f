internal import Glibc

/// What the operating system knows of this process, read from Linux' `/proc/self`.
///
/// Reading opens a descriptor or two and closes them again. That is an exception to the rule that only the
/// connection core, the server and the engines open descriptors: there is no other way to learn these facts.
package struct ProcessStatistics: Hashable, Sendable {
    /// Memory that is in RAM, in bytes. The kernel gathers it per thread, so it may lag by some hundred KiB.
    package var residentBytes: Int
    /// The size of the address space, in bytes.
    package var virtualBytes: Int
    package var openDescriptors: Int
    /// The most descriptors that may be open (the soft limit); nil if there is no limit.
    package var descriptorLimit: Int?
    /// User and system time of all threads since the start, in seconds.
    package var cpuSeconds: Double
    /// When the process began, in seconds since 1970-01-01 00:00 UTC.
    package var startTime: Double

    package init(
        residentBytes: Int, virtualBytes: Int, openDescriptors: Int, descriptorLimit: Int?, cpuSeconds: Double,
        startTime: Double
    ) {
        self.residentBytes = residentBytes
        self.virtualBytes = virtualBytes
        self.openDescriptors = openDescriptors
        self.descriptorLimit = descriptorLimit
        self.cpuSeconds = cpuSeconds
        self.startTime = startTime
    }

    /// Reads the facts of this moment; nil where `/proc` is not there or not readable.
    ///
    /// The start time is counted back from the wall clock, so it moves when that clock is set.
    package static func current() -> ProcessStatistics? {
        guard let stat = ProcessStat(text: readFile("/proc/self/stat")), let descriptors = countDescriptors() else {
            return nil
        }
        var usage = rusage()
        var limit = rlimit()
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0,
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        else {
            return nil
        }
        let age = seconds(CLOCK_BOOTTIME) - Double(stat.startTicks) / Double(sysconf(Int32(_SC_CLK_TCK)))
        return ProcessStatistics(
            residentBytes: stat.residentPages * sysconf(Int32(_SC_PAGESIZE)),
            virtualBytes: stat.virtualBytes,
            openDescriptors: descriptors,
            descriptorLimit: Int(exactly: limit.rlim_cur),
            cpuSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
            startTime: seconds(CLOCK_REALTIME) - age)
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
    }

    /// The whole of a small file, empty if it cannot be read.
    private static func readFile(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        while true {
            let chunk = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
                count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
            }
            if chunk.isEmpty { break }
            bytes += chunk
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func countDescriptors() -> Int? {
        // Since Linux 6.2 the size of the directory is the number of open descriptors; before, it is 0. With
        // thousands of connections that saves listing them all.
        var status = stat()
        guard stat("/proc/self/fd", &status) == 0 else { return nil }
        if status.st_size > 0 { return Int(status.st_size) }

        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var entries = 0
        while readdir(directory) != nil { entries += 1 }
        // Without ".", ".." and the directory's own descriptor.
        return max(0, entries - 3)
    }
}
