internal import SluiceAccess

extension ConfigurationReading {
    /// Reads the file, if there is one.
    mutating func readFile() {
        guard let source else { return }
        do throws(JSONSyntaxError) {
            let document = try JSONParser.parse(source.bytes)
            reportDuplicates(in: document, at: "")
            readGroup(document, at: "", source)
        } catch {
            report(.invalidJSON, at: error.offset, nil, "not JSON: \(error.message)")
        }
    }

    private mutating func readGroup(_ node: JSONNode, at group: String, _ source: SourceText) {
        if group == Schema.anonymous, case .null = node.content { return setAnonymous(nil) }
        guard case .object(let members) = node.content else {
            return report(
                .wrongValue, at: node.range.lowerBound, group.isEmpty ? nil : group,
                "found \(node.literal), expected an object")
        }
        if group == Schema.anonymous { setAnonymous(Permissions.none) }
        for member in members { readMember(member, of: group, source) }
    }

    private mutating func readMember(_ member: JSONNode.Member, of group: String, _ source: SourceText) {
        let keys = Schema.keysByGroup[group] ?? []
        // The key itself is looked for, since one with a dot in it could look like a path.
        guard keys.contains(member.key) else {
            return reportUnknown(member.key, in: group, known: keys, at: member.offset)
        }
        let path = Schema.path(of: member.key, in: group)
        switch Schema.itemsByPath[path] {
        case .setting(let setting):
            set(setting, to: member.value.literal, subject: path) { index in
                (index.flatMap { member.value[$0] } ?? member.value).range.lowerBound
            }
        case .objects(let list):
            set(list, to: member.value, in: source)
        case nil:
            readGroup(member.value, at: path, source)
        }
    }

    private mutating func reportDuplicates(in node: JSONNode, at path: String) {
        switch node.content {
        case .object(let members):
            var seen: Set<String> = []
            for member in members {
                let path = Schema.path(of: shown(member.key), in: path)
                if !seen.insert(member.key).inserted {
                    report(.duplicateKey, at: member.offset, path, "the key is there twice")
                }
                reportDuplicates(in: member.value, at: path)
            }
        case .array(let elements):
            for (index, element) in elements.enumerated() { reportDuplicates(in: element, at: "\(path)[\(index)]") }
        case .null, .bool, .number, .string: break
        }
    }
}
