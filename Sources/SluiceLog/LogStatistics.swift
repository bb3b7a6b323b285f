package struct LogStatistics: Hashable, Sendable {
    package var topics: Int
    package var events: Int
    /// Bytes of payloads and of the engine's own bookkeeping.
    package var bytes: Int
    package var evictedEvents: UInt64
    /// Nil for a log that is in no file.
    package var file: FileStatistics?

    package init(topics: Int, events: Int, bytes: Int, evictedEvents: UInt64) {
        self.topics = topics
        self.events = events
        self.bytes = bytes
        self.evictedEvents = evictedEvents
    }
}

/// What an operator wants to know of a log's files.
package struct FileStatistics: Hashable, Sendable {
    /// The size of the file, in bytes.
    package var fileBytes: Int
    /// The size of the write-ahead log beside it, in bytes.
    package var walBytes: Int
    /// Bytes of memory that hold the newest events of the file too, and the events that are in no file.
    package var memoryBytes: Int
    /// Pages read for subscribers that were found in memory, and that were read from the file.
    package var pagesFromMemory: UInt64
    package var pagesFromFile: UInt64

    package init(
        fileBytes: Int, walBytes: Int, memoryBytes: Int, pagesFromMemory: UInt64, pagesFromFile: UInt64
    ) {
        self.fileBytes = fileBytes
        self.walBytes = walBytes
        self.memoryBytes = memoryBytes
        self.pagesFromMemory = pagesFromMemory
        self.pagesFromFile = pagesFromFile
    }
}
