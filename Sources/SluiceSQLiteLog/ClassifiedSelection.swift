internal import SluiceLog
internal import SluiceMemoryLog
internal import SluiceTopics

/// A read's patterns by where their topics are kept; made ready so that nothing of this is done under a lock.
struct ClassifiedSelection {
    /// Nil where nothing selected is of class memory.
    let memory: Selection?
    /// Nil where nothing selected is of class disk.
    let disk: Selection?
    let diskPatterns: [Pattern]

    init(_ patterns: [Pattern], _ rules: RuleTable) {
        let inMemory = patterns.filter { pattern in
            pattern.topic.map { rules.durability(of: $0) == .memory } ?? rules.reachesMemoryClass(pattern)
        }
        diskPatterns = patterns.filter { $0.topic.map { rules.durability(of: $0) == .disk } ?? true }
        memory = inMemory.isEmpty ? nil : Selection(inMemory)
        disk = diskPatterns.isEmpty ? nil : Selection(diskPatterns)
    }
}
