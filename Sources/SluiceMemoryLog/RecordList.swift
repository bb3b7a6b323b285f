/// An order of topic records in which a record moves to the end in constant time: a doubly linked list through the
/// records themselves. It does not own them.
///
/// The links are unsafe references, so that a step costs nothing and a long list is not freed recursively. They never
/// dangle: the log's table owns every record, and a record leaves its lists before it leaves the table.
struct RecordList {
    struct Links {
        unowned(unsafe) var previous: TopicRecord?
        unowned(unsafe) var next: TopicRecord?
    }

    /// Which of a record's links this list uses.
    private let slot: Int
    private(set) unowned(unsafe) var first: TopicRecord?
    private(set) unowned(unsafe) var last: TopicRecord?
    private(set) var count = 0

    /// Topics by their last publish, or by when they became empty: a record is in one of two such lists.
    static var activity: RecordList { RecordList(slot: 0) }
    /// Topics by their latest loss.
    static var losses: RecordList { RecordList(slot: 1) }

    private init(slot: Int) {
        self.slot = slot
    }

    mutating func append(_ record: TopicRecord) {
        record.links[slot] = Links(previous: last, next: nil)
        if let last { last.links[slot].next = record } else { first = record }
        last = record
        count += 1
    }

    /// Takes out a record that is in this list.
    mutating func remove(_ record: TopicRecord) {
        let links = record.links[slot]
        if let previous = links.previous { previous.links[slot].next = links.next } else { first = links.next }
        if let next = links.next { next.links[slot].previous = links.previous } else { last = links.previous }
        record.links[slot] = Links()
        count -= 1
    }

    mutating func moveToEnd(_ record: TopicRecord) {
        guard last !== record else { return }
        remove(record)
        append(record)
    }

    func previous(of record: TopicRecord) -> TopicRecord? { record.links[slot].previous }
}
