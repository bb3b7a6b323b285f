import SluiceTopics
import Testing

@testable import SluiceGeneration

@Suite struct GenerationRecordTests {
    @Test("a record is read as it was written, and says no more than it holds")
    func record() {
        let record = GenerationRecord(.failed, format: .openAIChat, owner: "app", cause: "c", detail: "a/\"b\"")
        #expect(
            record.json == #"{"cause":"c","detail":"a/\"b\"","format":"openai-chat","owner":"app","state":"failed"}"#)
        #expect(GenerationRecord(json: Array(record.json.utf8)) == record)
        #expect(GenerationRecord(.streaming).json == #"{"state":"streaming"}"#)
        #expect(GenerationRecord(json: Array("{}".utf8)) == nil)
    }

    @Test("an id is short and of letters, digits, '-' and '_', and names a topic of its own")
    func id() {
        var generator = SystemRandomNumberGenerator()
        let id = GenerationID(using: &generator)
        #expect(id.text.utf8.count == 32 && GenerationID(id.text) == id)
        #expect(GenerationID(topic: id.topic) == id)
        #expect(id.topic.isReserved && id != GenerationID(using: &generator))
        for text in ["", "a/b", "a b", "é", String(repeating: "a", count: 65)] { #expect(GenerationID(text) == nil) }
        #expect(GenerationID("Az09-_")?.topic.name == "$generations/Az09-_")
    }
}
