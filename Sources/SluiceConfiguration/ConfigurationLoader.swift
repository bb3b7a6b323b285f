#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Loads the configuration of a gateway: the defaults, over them a file, and over that the environment.
package enum ConfigurationLoader {
    /// The file in the working directory that is read when no other is named.
    package static let defaultPath = "gateway.json"

    /// - Parameters:
    ///   - path: of a file that must be there; nil for `gateway.json` in the working directory if there is one.
    ///   - environment: variables that do not begin with `SLUICE_` are ignored.
    /// - Throws: everything wrong with the file and the environment that can be found at once.
    package static func load(
        path: String?, environment: [String: String]
    ) throws(ConfigurationError) -> LoadedConfiguration {
        let source = try read(path: path ?? defaultPath, mayBeMissing: path == nil)
        return try load(source, environment: environment)
    }

    static func load(
        _ source: SourceText?, environment: [String: String]
    ) throws(ConfigurationError) -> LoadedConfiguration {
        var reading = ConfigurationReading(source)
        reading.readFile()
        reading.readEnvironment(environment)
        return try reading.finish()
    }

    /// - Returns: nil when the file is missing and may be.
    static func read(path: String, mayBeMissing: Bool) throws(ConfigurationError) -> SourceText? {
        do {
            return SourceText(name: path, bytes: Array(try Data(contentsOf: URL(filePath: path))))
        } catch {
            let code = (error as? CocoaError)?.code
            if code == .fileReadNoSuchFile || code == .fileNoSuchFile {
                if mayBeMissing { return nil }
                throw ConfigurationError(.missingFile, path, "there is no such file")
            }
            let reason =
                if code == .fileReadNoPermission {
                    "reading it is not permitted"
                } else if FileManager.default.fileExists(atPath: path + "/.") {
                    "it is a directory"
                } else {
                    "\(error)"
                }
            throw ConfigurationError(.unreadableFile, path, "cannot be read: \(reason)")
        }
    }
}

extension ConfigurationError {
    fileprivate init(_ code: Code, _ path: String, _ message: String) {
        self.init([Problem(code: code, place: path, subject: nil, message: message)])
    }
}
