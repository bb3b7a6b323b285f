package import NIOCore
package import SluiceTopics

extension Timestamp {
    private static let earliest: Int64 = -62_167_219_200_000
    private static let latest: Int64 = 253_402_300_799_999

    /// Appends the time in UTC with milliseconds, `2025-06-30T12:34:56.789Z` (RFC 3339 § 5.6). Times outside the
    /// years 0000 to 9999, which the format cannot say, become the nearest one that it can.
    package func writeRFC3339(into output: inout ByteBuffer) {
        let milliseconds = min(max(self.milliseconds, Self.earliest), Self.latest)
        let (days, ofDay) = Self.divideDown(milliseconds, by: 86_400_000)
        let (year, month, day) = Self.civil(fromDays: days)
        let seconds = ofDay / 1000
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: 24) { text in
            var end = 0
            func write(_ number: Int64, digits: Int, then separator: UInt8) {
                var rest = number
                for index in (end..<end + digits).reversed() {
                    text[index] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
                text[end + digits] = separator
                end += digits + 1
            }
            write(year, digits: 4, then: UInt8(ascii: "-"))
            write(month, digits: 2, then: UInt8(ascii: "-"))
            write(day, digits: 2, then: UInt8(ascii: "T"))
            write(seconds / 3600, digits: 2, then: UInt8(ascii: ":"))
            write(seconds / 60 % 60, digits: 2, then: UInt8(ascii: ":"))
            write(seconds % 60, digits: 2, then: UInt8(ascii: "."))
            write(ofDay % 1000, digits: 3, then: UInt8(ascii: "Z"))
            return end
        }
    }

    /// The date in the Gregorian calendar of a day counted from 1970-01-01.
    ///
    /// After Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms": years begin in March, so that the leap
    /// day is the last one, and repeat every 400 years, an era of 146,097 days.
    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = divideDown(days + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }

    /// Quotient and remainder, the remainder never negative.
    private static func divideDown(_ number: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
