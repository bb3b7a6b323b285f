/// Finds the name that was probably meant.
///
/// - Returns: the candidate with the fewest typing errors (wrong, missing, superfluous and swapped characters, case
///   aside), or nil when all of them have too many for the name's length.
func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
    let nearest = candidates.map { (name: $0, distance: typingErrors(name.lowercased(), $0.lowercased())) }
        .min { $0.distance < $1.distance }
    guard let nearest, nearest.distance <= max(1, min(name.count, nearest.name.count) / 3) else { return nil }
    return nearest.name
}

/// The optimal string alignment distance.
private func typingErrors(_ left: String, _ right: String) -> Int {
    let left = Array(left.unicodeScalars.prefix(100))
    let right = Array(right.unicodeScalars.prefix(100))
    var rows = [Array(0...right.count)]
    for i in left.indices {
        var row = [i + 1]
        for j in right.indices {
            var distance = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (left[i] == right[j] ? 0 : 1))
            if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                distance = min(distance, rows[i - 1][j - 1] + 1)
            }
            row.append(distance)
        }
        rows.append(row)
    }
    return rows[left.count][right.count]
}
