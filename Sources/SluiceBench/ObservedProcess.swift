internal import Glibc

/// A process on this machine that is measured from outside, together with those that it started.
struct ObservedProcess: Sendable {
    let identifier: pid_t

    /// - Throws: `BenchmarkError` when there is no such process.
    init(_ identifier: Int) throws(BenchmarkError) {
        guard let identifier = pid_t(exactly: identifier), Self.cpuNanoseconds(identifier) != nil else {
            throw BenchmarkError("there is no process \(identifier)")
        }
        self.identifier = identifier
    }

    /// User and system time since their start, in nanoseconds.
    var cpuNanoseconds: UInt64 { family.reduce(0) { $0 + (Self.cpuNanoseconds($1) ?? 0) } }

    /// Memory of their own that is in RAM, in bytes: without the files that are mapped, as their code is.
    var anonymousBytes: Int { family.reduce(0) { $0 + Self.anonymousBytes($1) } }

    private var family: [pid_t] {
        var family = [identifier]
        var next = 0
        while next < family.count {
            let process = family[next]
            next += 1
            for thread in Self.entries(of: "/proc/\(process)/task") {
                let children = SmallFile.text("/proc/\(process)/task/\(thread)/children")
                family += children.split(separator: " ").compactMap { pid_t($0) }
            }
        }
        return family
    }

    private static func cpuNanoseconds(_ process: pid_t) -> UInt64? {
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return nil }
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private static func anonymousBytes(_ process: pid_t) -> Int {
        for line in SmallFile.text("/proc/\(process)/status").split(separator: "\n") where line.hasPrefix("RssAnon:") {
            return (line.split(separator: " ").compactMap { Int($0) }.first ?? 0) * 1024
        }
        return 0
    }

    private static func entries(of folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if Int(name) != nil { names.append(name) }
        }
        return names
    }
}

/// A file of the kernel's.
enum SmallFile {
    /// Empty if it cannot be read.
    static func text(_ path: String) -> String {
        guard let file = fopen(path, "re") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk.prefix(count)
        }
    }
}

/// The clock that marks are of.
enum MonotonicClock {
    static var nanoseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
