import Foundation

/// A folder that is gone with its last user.
final class TemporaryFolder: Sendable {
    private let root = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID())")

    init() throws {
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    }

    func path(_ name: String) -> String { root.appending(path: name).path }

    deinit { try? FileManager.default.removeItem(at: root) }
}
