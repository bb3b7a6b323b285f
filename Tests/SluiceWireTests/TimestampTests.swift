import Foundation
import NIOCore
import SluiceTestSupport
import SluiceTopics
import SluiceWire
import Testing

@Suite struct TimestampTests {
    private func text(_ milliseconds: Int64) -> String {
        var buffer = ByteBuffer()
        Timestamp(milliseconds: milliseconds).writeRFC3339(into: &buffer)
        return String(buffer: buffer)
    }

    @Test(
        "Known times are written as RFC 3339 has them",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"), (1, "1970-01-01T00:00:00.001Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (951_868_799_999, "2000-02-29T23:59:59.999Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (1_709_251_199_000, "2024-02-29T23:59:59.000Z"), (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func known(milliseconds: Int64, expected: String) {
        #expect(text(milliseconds) == expected)
    }

    @Test("Times that the format cannot say become the nearest that it can")
    func clamps() {
        #expect(text(.min) == "0000-01-01T00:00:00.000Z")
        #expect(text(-62_167_219_200_001) == "0000-01-01T00:00:00.000Z")
        #expect(text(.max) == "9999-12-31T23:59:59.999Z")
        #expect(text(253_402_300_800_000) == "9999-12-31T23:59:59.999Z")
    }

    @Test("Random times of the Gregorian calendar are written as Foundation writes them")
    func agreesWithFoundation() throws {
        var generator = SplitMix64(seed: 1)
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: false)
        for _ in 0..<3000 {
            // Foundation's calendar is Julian before 1582.
            let seconds = Int64.random(in: -12_219_292_800...253_402_300_799, using: &generator)
            let milliseconds = Int64.random(in: 0...999, using: &generator)
            let whole = Date(timeIntervalSince1970: Double(seconds)).formatted(style)
            let digits = String(1000 + milliseconds).dropFirst()
            #expect(text(seconds * 1000 + milliseconds) == whole.dropLast() + "." + digits + "Z")
        }
    }
}
