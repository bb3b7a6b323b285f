import Foundation
import SluiceFuzzing
import Testing

@Suite struct CorpusTests {
    @Test("no promise is broken by what fuzzing has found to be different", arguments: FuzzedParser.allCases)
    func replay(_ parser: FuzzedParser) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../Corpus/\(parser.rawValue)")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(!files.isEmpty)
        for file in files {
            let input = Array(try Data(contentsOf: file))
            #expect(throws: Never.self, "\(parser.rawValue)/\(file.lastPathComponent)") { try parser.check(input) }
        }
    }
}
