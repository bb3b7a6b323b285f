import Testing

@testable import SluiceConnection

@Suite struct QueryTests {
    @Test("a query without some parameters has the others as they came")
    func without() throws {
        let text = "a=1&key=s&%6Bey=t&b=%2B+&keys=2&&ticket"
        #expect(try Query.text(text, without: ["key", "ticket"]) == "a=1&b=%2B+&keys=2&")
        #expect(throws: Problem.self) { try Query.text("%zz", without: ["key"]) }
    }

    @Test(
        "parameters are read as browsers write them",
        arguments: [
            ("a=1", "a", "1"), ("a=1&b=2", "b", "2"), ("a", "a", ""), ("a=", "a", ""), ("=1", "", "1"),
            ("a=b=c", "a", "b=c"), ("a=1+2", "a", "1 2"), ("a=1%2B2", "a", "1+2"), ("a%20b=1", "a b", "1"),
            ("topic=chat%2Froom", "topic", "chat/room"), ("topic=chat/**", "topic", "chat/**"),
            ("a=%C3%A9", "a", "\u{E9}"),
            ("a=%c3%a9", "a", "\u{E9}"), ("&&a=1&", "a", "1"), ("a=1&a=2", "a", "1"), ("a=%00", "a", "\0"),
            ("a=%26", "a", "&"),
        ])
    func parameter(text: String, name: String, value: String) throws {
        #expect(try Query(text)[name] == value)
    }

    @Test("all values of a name come in order, and a missing one is nil")
    func several() throws {
        let query = try Query("topic=a&after=x&topic=b&topic=")
        #expect(query.all("topic") == ["a", "b", ""])
        #expect(query.all("none") == [])
        #expect(query["none"] == nil)
        #expect(try Query("")["a"] == nil)
    }

    @Test(
        "bad percent-encoding and what is not UTF-8 are 400",
        arguments: ["a=%", "a=%4", "a=%4g", "%=1", "a=%zz", "a=%FF", "a=%C3", "a=%ED%A0%80", "a=%+1", "a=%-1"])
    func refused(text: String) throws {
        let problem = try #require(throws: Problem.self) { try Query(text) }
        #expect(problem.status == 400)
        #expect(problem.type == "invalid-query")
    }
}
