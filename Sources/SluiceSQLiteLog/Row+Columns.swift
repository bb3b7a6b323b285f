internal import GRDB

extension Row {
    /// A counter, which is never negative.
    ///
    /// - Throws: when the column holds something else, as it may in a damaged file.
    func number(_ index: Int) throws -> UInt64 {
        guard let number = UInt64(exactly: try decode(Int64.self, atIndex: index)) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a counter is negative")
        }
        return number
    }
}
