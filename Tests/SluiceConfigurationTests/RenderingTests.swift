import SluiceMemoryLog
import SluiceServer
import SluiceTopics
import Testing

@testable import SluiceConfiguration

@Suite struct RenderingTests {
    @Test("what is rendered loads, and is the same configuration")
    func roundTrip() throws {
        let rendered = LoadedConfiguration().rendered()
        #expect(try load(rendered).rendered() == rendered)
    }

    @Test("every setting survives being rendered and loaded", arguments: Schema.settings.map(\.path))
    func setting(path: String) throws {
        guard case .setting(let setting) = Schema.itemsByPath[path] else { return }
        let samples = Samples.allowed(for: setting)
        #expect(!samples.isEmpty)
        for sample in samples {
            let loaded = try load(document(path, JSONText.literal(sample).text()))
            #expect(setting.write(loaded) == sample)
            #expect(setting.write(try load(loaded.rendered())) == sample)
        }
    }

    @Test("every key is there, with the value that is in effect")
    func everyKey() throws {
        let rendered = try load(
            #"{"listeners": [{"port": 9}], "routes": [{"path": "/ws", "topic": "a\"b"}], "eventLoops": 3}"#,
            environment: ["SLUICE_DRAIN_TIME": "90s"]
        ).rendered()
        for item in Schema.items where !item.path.hasPrefix(Schema.anonymous) {
            let key = try #require(item.path.split(separator: ".").last)
            #expect(rendered.contains("\"\(key)\": "), "\(item.path)")
        }
        #expect(rendered.contains(#"{"host": "127.0.0.1", "port": 9, "tls": false, "proxyProtocol": false}"#))
        #expect(rendered.contains(#"{"path": "/ws", "topic": "a\"b"}"#))
        #expect(rendered.contains(#""eventLoops": 3"#))
        #expect(rendered.contains(#""time": "90s""#))
        #expect(rendered.contains(#""anonymous": null"#))
    }

    @Test("a template survives being rendered and loaded")
    func template() throws {
        let loaded = try load(
            #"""
            {
              "upstreams": [{"name": "u", "url": "http://a", "format": "openai", "paths": ["v1"]}],
              "routes": [
                {"path": "/a", "upstream": "u", "target": "v1",
                 "body": {"stream": true, "n": [0.5, 7, null, {"text": "a\"\n${b}"}]}}
              ]
            }
            """#)
        let rendered = loaded.rendered()
        #expect(rendered.contains(#""body": {"n": [0.5, 7, null, {"text": "a\"\n${b}"}], "stream": true}}"#))
        #expect(try load(rendered).gateway.routes == loaded.gateway.routes)
    }

    @Test("digests are hidden, and the rest of the keys is not")
    func digests() throws {
        let digest = String(repeating: "ab", count: 32)
        let json =
            #"{"access": {"keys": [{"name": "n", "sha256": "DIGEST", "publish": ["p/*"], "subscribe": ["s"]}]}}"#
        let loaded = try load(json.replacing("DIGEST", with: digest))
        let rendered = loaded.rendered()
        #expect(rendered.contains(#"{"name": "n", "sha256": "…", "publish": ["p/*"], "subscribe": ["s"]}"#))
        #expect(!rendered.contains("abab"))
        #expect(try load(rendered.replacing("…", with: digest)).gateway.access.keys == loaded.gateway.access.keys)
    }
}
