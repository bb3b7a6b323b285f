/// IMF-fixdate, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 § 5.6.7).
enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// - Parameter secondsSinceEpoch: not negative.
    static func format(secondsSinceEpoch: Int64) -> String {
        let day = secondsSinceEpoch / 86_400
        let second = secondsSinceEpoch % 86_400
        // Days to a civil date in the proleptic Gregorian calendar, with years that begin in March.
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return
            "\(days[Int(day % 7)]), \(pad(dayOfMonth)) \(months[Int(month) - 1]) \(year) "
            + "\(pad(second / 3600)):\(pad(second / 60 % 60)):\(pad(second % 60)) GMT"
    }

    private static func pad(_ number: Int64) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
