/// What patterns mean, said as plainly as possible and without care for speed: the implementation is compared with it.
struct PatternModel {
    let segments: [[UInt8]]

    init(_ text: String) {
        segments = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Array.init)
    }

    func matches(_ name: String) -> Bool {
        let name = PatternModel(name).segments
        if segments[0].first == UInt8(ascii: "*"), name[0].first == UInt8(ascii: "$") { return false }
        return matches(segments[...], name[...])
    }

    private func matches(_ pattern: ArraySlice<[UInt8]>, _ name: ArraySlice<[UInt8]>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        if first == Array("**".utf8) {
            return (0...name.count).contains { matches(pattern.dropFirst(), name.dropFirst($0)) }
        }
        guard let segment = name.first, first == Array("*".utf8) || first == segment else { return false }
        return matches(pattern.dropFirst(), name.dropFirst())
    }
}

/// Every sequence of 1 to `maximum` of the segments, as a name.
func names(of segments: [String], upTo maximum: Int) -> [String] {
    var longest = segments
    var names = segments
    for _ in 1..<maximum {
        longest = longest.flatMap { name in segments.map { "\(name)/\($0)" } }
        names += longest
    }
    return names
}
