internal import GRDB
internal import SluiceTopics

extension Row {
    /// A counter or a position: never negative, and never so large that no more can be counted.
    ///
    /// - Throws: when the column holds something else, as it may in a damaged file.
    func number(_ index: Int) throws -> UInt64 {
        let number = try decode(Int64.self, atIndex: index)
        guard (0...Row.limit).contains(number) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a counter is \(number)")
        }
        return UInt64(number)
    }

    /// How many events or bytes there are: no more than the largest file of SQLite has bytes.
    func count(_ index: Int) throws -> Int {
        let count = try decode(Int.self, atIndex: index)
        guard (0...1 << 48).contains(count) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a count is \(count)")
        }
        return count
    }

    /// - Throws: when the column holds no time of which others can be reckoned.
    func time(_ index: Int) throws -> Timestamp {
        let time = try decode(Int64.self, atIndex: index)
        guard (-Row.limit...Row.limit).contains(time) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a time is \(time)")
        }
        return Timestamp(milliseconds: time)
    }

    private static var limit: Int64 { 1 << 61 }
}
