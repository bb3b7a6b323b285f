import NIOHTTP1
import Testing

@testable import SluiceRelay

@Suite struct RelayedHeadersTests {
    @Test(
        "a provider gets the client's fields but those of its connection, those that say who it is, and replaced ones")
    func request() {
        let sent: HTTPHeaders = [
            "Host": "gateway", "Authorization": "Bearer gateway", "X-API-Key": "gateway", "Cookie": "a=b",
            "Connection": "close, X-Hop", "X-Hop": "1", "Content-Length": "5", "Transfer-Encoding": "chunked",
            "X-Forwarded-For": "1.2.3.4", "Origin": "https://a.example", "Idempotency-Key": "k",
            "Accept-Encoding": "gzip", "Anthropic-Version": "2023-06-01", "Content-Type": "application/json",
            "X-Team": "client",
        ]
        let relayed = RelayedHeaders.request(sent, replaced: ["x-api-key": "provider", "x-team": "ours"])
        let expected: [String: String] = [
            "anthropic-version": "2023-06-01", "content-type": "application/json", "x-api-key": "provider",
            "x-team": "ours", "accept-encoding": "identity",
        ]
        #expect(Dictionary(relayed.map { ($0.name, $0.value) }) { first, _ in first } == expected)
        #expect(Array(relayed).count == expected.count)
    }

    @Test(
        "a client gets the provider's fields but those of its connection, cookies, and those that are the gateway's to say"
    )
    func response() {
        let answered: HTTPHeaders = [
            "Content-Type": "text/event-stream", "Set-Cookie": "a=b", "Connection": "keep-alive", "Keep-Alive": "5",
            "Transfer-Encoding": "chunked", "Access-Control-Allow-Origin": "*", "Date": "now", "Request-Id": "7",
            "Retry-After": "3",
        ]
        let relayed = RelayedHeaders.response(answered)
        #expect(
            Dictionary(uniqueKeysWithValues: relayed)
                == ["content-type": "text/event-stream", "request-id": "7", "retry-after": "3"])
    }

    @Test("a header field takes its secrets from the environment, and says which it lacks")
    func template() throws {
        let template = try #require(HeaderTemplate("Authorization:  Bearer ${KEY}-${ID}$"))
        #expect(template.name == "authorization")
        #expect(try template.value(in: ["KEY": "k", "ID": "${KEY}"]) == "Bearer k-${KEY}$")
        #expect(throws: HeaderTemplate.MissingVariable(name: "ID")) { try template.value(in: ["KEY": "k"]) }
        #expect(template.description == "authorization: Bearer ${KEY}-${ID}$")
        for text in ["", "no colon", ": value", "a b: c", "a: \n"] { #expect(HeaderTemplate(text) == nil) }
    }
}
