internal import SluiceAccess
internal import SluiceServer

/// A configuration while it is read: what holds so far, and all that was wrong.
struct ConfigurationReading {
    /// Where a value came from, for what is said about it later.
    private struct Origin {
        /// In the file; nil for a variable.
        let offset: Int?
        let subject: String
    }

    /// The text of the file; nil when there is none.
    let source: SourceText?
    private(set) var configuration = LoadedConfiguration()
    private var problems: [ConfigurationError.Problem] = []
    /// By path.
    private var origins: [String: Origin] = [:]

    init(_ source: SourceText?) {
        self.source = source
        configuration.file = source?.name
    }

    /// - Throws: all problems. Whether values go together is only looked at when each of them is right.
    consuming func finish() throws(ConfigurationError) -> LoadedConfiguration {
        if problems.isEmpty {
            for conflict in configuration.conflicts {
                let origin = conflict.paths.lazy.compactMap { [origins] in origins[$0] }.first
                report(.conflict, at: origin?.offset, origin?.subject ?? conflict.paths[0], conflict.message)
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return configuration
    }

    // MARK: Values

    /// Takes a value, or reports why not.
    ///
    /// - Parameter place: the offset of the value, or of an element of it.
    mutating func set(
        _ setting: Setting, to literal: Literal, subject: String, at place: (_ index: Int?) -> Int?
    ) {
        origins[setting.path] = Origin(offset: place(nil), subject: subject)
        do throws(Refusal) {
            try setting.read(literal, &configuration)
        } catch {
            report(.wrongValue, at: place(error.index), subject + suffix(error.index), error.description)
        }
    }

    mutating func setAnonymous(_ permissions: Permissions?) {
        configuration.gateway.access.anonymous = permissions
    }

    /// Takes a list of objects, or reports what is wrong with some.
    mutating func set(_ list: ObjectList, to node: JSONNode, in source: SourceText) {
        let start = node.range.lowerBound
        guard case .array(let elements) = node.content else {
            return report(.wrongValue, at: start, list.path, "found \(node.literal), expected a list of objects")
        }
        if elements.isEmpty, !list.mayBeEmpty {
            report(.wrongValue, at: start, list.path, "found an empty list, expected at least \(list.kind)")
        }
        for (index, element) in elements.enumerated() { note(element, as: list.path + suffix(index)) }
        for (index, problem) in list.read(elements.map { source.bytes[$0.range] }, &configuration) {
            report(problem, in: elements[index], at: list.path + suffix(index), of: list)
        }
    }

    /// Remembers where the fields of an object stand.
    private mutating func note(_ node: JSONNode, as path: String) {
        origins[path] = Origin(offset: node.range.lowerBound, subject: path)
        guard case .object(let members) = node.content else { return }
        for member in members {
            let path = Schema.path(of: member.key, in: path)
            origins[path] = Origin(offset: member.value.range.lowerBound, subject: path)
        }
    }

    // MARK: Problems

    /// - Parameters:
    ///   - offset: in the file; nil for what is not in it.
    ///   - subject: a path or a variable.
    mutating func report(_ code: ConfigurationError.Code, at offset: Int?, _ subject: String?, _ message: String) {
        let place = offset.flatMap { source?.place(of: $0) }
        problems.append(ConfigurationError.Problem(code: code, place: place, subject: subject, message: message))
    }

    private mutating func report(_ problem: any Error, in node: JSONNode, at path: String, of list: ObjectList) {
        let start = node.range.lowerBound
        guard case .object(let members) = node.content else {
            return report(
                .wrongValue, at: start, path, "found \(node.literal), expected an object that is \(list.kind)")
        }
        switch problem as? ObjectProblem {
        case .unknownKey(let key):
            let offset = members.first { $0.key == key }?.offset
            reportUnknown(key, in: path, known: list.keys, at: offset ?? start)
        case .missingKey(let key, let allowed):
            report(.missingKey, at: start, path, "the key '\(key)' is missing: \(allowed)")
        case .refused(let key, let refusal):
            let value = node[key] ?? node
            let element = refusal.index.flatMap { value[$0] } ?? value
            report(
                .wrongValue, at: element.range.lowerBound,
                Schema.path(of: key, in: path) + suffix(refusal.index), refusal.description)
        case nil:
            report(.wrongValue, at: start, path, "expected an object that is \(list.kind): \(problem)")
        }
    }

    mutating func reportUnknown(_ key: String, in group: String, known: [String], at offset: Int) {
        let advice: String
        if let nearest = nearestName(to: key, among: known) {
            advice = "did you mean '\(nearest)'?"
        } else if let path = Schema.items.map(\.path).first(where: { $0 == key || $0.hasSuffix("." + key) }),
            let dot = path.lastIndex(of: ".")
        {
            advice = "'\(path[dot...].dropFirst())' belongs in '\(path[..<dot])'"
        } else {
            advice = "known here: \(known.joined(separator: ", "))"
        }
        report(.unknownKey, at: offset, Schema.path(of: shown(key), in: group), "unknown key; \(advice)")
    }

    /// A key as it may be shown on a terminal.
    func shown(_ key: String) -> String {
        String(JSONText.quoted(key.prefix(80)).dropFirst().dropLast())
    }

    private func suffix(_ index: Int?) -> String {
        index.map { "[\($0)]" } ?? ""
    }
}
