import SluiceServer
import Testing

@testable import SluiceConfiguration

@Suite struct RefusalTests {
    @Test(
        "a problem names its place, the path, what was found and what is allowed",
        arguments: [
            (
                #"{"limits": {"bodyBytes": "big"}}"#,
                #"1:26: limits.bodyBytes: found "big", expected a size from 1 to 1GiB: sizes are whole numbers of bytes, "#
                    + #"or strings such as "64KiB", "1MiB" and "1GiB""#
            ),
            (
                "{\n  \"limits\": {\n    \"outboundBytes\": 12\n  }\n}",
                "3:22: limits.outboundBytes: found 12, expected a size from 1KiB to 64MiB"
            ),
            (
                #"{"drain": {"time": 20}}"#,
                #"1:20: drain.time: found 20, expected a time from 100ms to 1d: times are strings such as "250ms", "30s", "#
                    + #""10m", "1h" and "2d""#
            ),
            (
                #"{"listeners": [{}, {"port": 65536}]}"#,
                "1:29: listeners[1].port: found 65536, expected a whole number from 0 to 65535"
            ),
            (
                #"{"listeners": [{"unix": ""}]}"#,
                #"1:25: listeners[0].unix: found "", expected the path of a Unix socket, 1 to 107 bytes"#
            ),
            (
                #"{"listeners": [{"port": 1, "unix": "a"}]}"#,
                #"1:36: listeners[0].unix: found "a", expected the path of a Unix socket, 1 to 107 bytes: "#
                    + "a listener has either a Unix socket or a host and a port"
            ),
            (
                #"{"listeners": [{"unix": "a", "mode": "668"}]}"#,
                #"1:38: listeners[0].mode: found "668", expected three octal digits"#
            ),
            (
                #"{"listeners": [{"mode": "600"}]}"#,
                #"1:25: listeners[0].mode: found "600", expected three octal digits: "#
                    + "only the file of a Unix socket has a mode"
            ),
            (
                #"{"proxies": {"trusted": ["10.0.0.1/8"]}}"#,
                #"1:26: proxies.trusted[0]: found "10.0.0.1/8", "#
                    + #"expected an address, a network such as "10.0.0.0/8", or "unix""#
            ),
            (#"{"listeners": []}"#, "1:15: listeners: found an empty list, expected at least a listener"),
            (#"{"listeners": {}}"#, "1:15: listeners: found an object, expected a list of objects"),
            (#"{"routes": [[]]}"#, "1:13: routes[0]: found a list, expected an object that is a route"),
            (
                #"{"routes": [{"path": "/x"}]}"#, "1:13: routes[0]: the key 'topic' is missing: a topic"
            ),
            (
                #"{"routes": [{"path": "/x", "upstream": "u", "target": "v1"}]}"#,
                #"1:13: routes[0]: the key 'body' is missing: an object with "stream": true, in whose texts ${NAME} "#
                    + "is a parameter of the query"
            ),
            (
                #"{"routes": [{"path": "/x", "topic": "t", "upstream": "u"}]}"#,
                #"1:37: routes[0].topic: found "t", expected a topic: a route has either a topic or an upstream, "#
                    + "a target and a body"
            ),
            (
                #"{"routes": [{"path": "/x", "upstream": "u", "target": "/v1", "body": {"stream": true}}]}"#,
                #"1:55: routes[0].target: found "/v1", expected a path without its first '/', such as "v1/messages", "#
                    + "perhaps with a query"
            ),
            (
                #"{"routes": [{"path": "/x", "upstream": "u", "target": "v1", "body": {"stream": false}}]}"#,
                #"1:69: routes[0].body: found an object, expected an object with "stream": true, in whose texts "#
                    + "${NAME} is a parameter of the query"
            ),
            (
                #"{"routes": [{"path": "/x", "upstream": "u", "target": "v1", "body": {"stream": true, "a": "${key}"}}]}"#,
                #"1:69: routes[0].body: found ${key}, expected an object with "stream": true, in whose texts ${NAME} "#
                    + "is a parameter of the query: that parameter is the gateway's own"
            ),
            (
                #"{"routes": [{"path": "/x", "topic": "a//b"}]}"#,
                #"1:37: routes[0].topic: found "a//b", expected a topic: a segment is empty (a leading, trailing or double "#
                    + "'/')"
            ),
            (
                #"{"access": {"anonymous": {"publish": ["a", "b*"]}}}"#,
                #"1:44: access.anonymous.publish[1]: found "b*", expected a pattern of topics: '*' stands for one whole "#
                    + "segment, it cannot be a part of one"
            ),
            (#"{"access": {"anonymous": []}}"#, "1:26: access.anonymous: found a list, expected an object"),
            (#"{"access": {"keyInQuery": 1}}"#, "1:27: access.keyInQuery: found 1, expected true or false"),
            (#"{"eventLoops": 1.5}"#, "1:16: eventLoops: found 1.5, expected a whole number from 1 to 64, or null"),
            (#"{"eventLoops": "2"}"#, #"1:16: eventLoops: found "2", expected a whole number from 1 to 64, or null"#),
            (
                #"{"eventLoops": 99999999999999999999}"#,
                "1:16: eventLoops: found 99999999999999999999, expected a whole number from 1 to 64, or null"
            ),
            (
                #"{"logging": {"format": "xml"}}"#,
                #"1:24: logging.format: found "xml", expected one of "auto", "text", "json""#
            ),
            ("[]", "1:1: found a list, expected an object"),
        ])
    func wrongValue(json: String, problem: String) {
        #expect(problems(json) == ["gateway.json:" + problem])
    }

    @Test(
        "an unknown key comes with the name that was probably meant",
        arguments: [
            (#"{"limits": {"bodyByte": 1}}"#, "1:13: limits.bodyByte: unknown key; did you mean 'bodyBytes'?"),
            (#"{"limits": {"BODYBYTES": 1}}"#, "1:13: limits.BODYBYTES: unknown key; did you mean 'bodyBytes'?"),
            (#"{"lisetners": []}"#, "1:2: lisetners: unknown key; did you mean 'listeners'?"),
            (#"{"bodyBytes": 1}"#, "1:2: bodyBytes: unknown key; 'bodyBytes' belongs in 'limits'"),
            (#"{"limits.bodyBytes": 1}"#, "1:2: limits.bodyBytes: unknown key; 'bodyBytes' belongs in 'limits'"),
            (
                #"{"routes": [{"url": "/"}]}"#,
                "1:14: routes[0].url: unknown key; known here: path, topic, upstream, target, body"
            ),
            (
                #"{"drain": {"\u001b[2J\n": 1}}"#,
                #"1:12: drain.\u001b[2J\n: unknown key; known here: notice, spread, time"#
            ),
        ])
    func unknownKey(json: String, problem: String) {
        #expect(problems(json) == ["gateway.json:" + problem])
    }

    @Test("a key that is there twice is refused, in an object of a list too")
    func duplicateKey() {
        #expect(
            problems(#"{"eventLoops": 1, "routes": [{"path": "/a", "topic": "a", "topic": "b"}], "eventLoops": 2}"#)
                == [
                    "gateway.json:1:59: routes[0].topic: the key is there twice",
                    "gateway.json:1:75: eventLoops: the key is there twice",
                ])
    }

    @Test("all problems are told at once")
    func allAtOnce() {
        let found = problems(
            #"{"eventLoops": 0, "routes": [{}, {"path": "x"}], "log": {"memory": null}, "no": 1}"#,
            environment: ["SLUICE_DRAIN_TIME": "soon"])
        #expect(found.count == 6)
    }

    @Test("a wrong digest is not shown, since it could be the key itself")
    func secret() {
        let found = problems(#"{"access": {"keys": [{"name": "a", "sha256": "sk_secret"}]}}"#)
        #expect(
            found == [
                "gateway.json:1:46: access.keys[0].sha256: found a string of 9 characters, expected 64 hexadecimal digits: "
                    + "the SHA-256 digest of a key, never the key"
            ])
    }

    @Test(
        "values that are allowed, but not together, are refused",
        arguments: [
            (
                #"{"http": {"pageEvents": 20, "maximumPageEvents": 10}}"#,
                "1:25: http.pageEvents: http.pageEvents is 20, more than the 10 of http.maximumPageEvents"
            ),
            (
                #"{"http": {"maximumPageEvents": 10}}"#,
                "1:32: http.maximumPageEvents: http.pageEvents is 100, more than the 10 of http.maximumPageEvents"
            ),
            (
                #"{"drain": {"time": "6s", "notice": "1001ms"}}"#,
                "1:20: drain.time: drain.notice and drain.spread are 6001ms together, more than the 6s of drain.time"
            ),
            (
                #"{"listeners": [{"port": 0}, {"port": 0}, {"port": 9}, {"port": 9}]}"#,
                "1:55: listeners[3]: the place is that of listeners[2] too"
            ),
            (
                #"{"listeners": [{"unix": "a"}, {"unix": "a"}]}"#,
                "1:31: listeners[1]: the place is that of listeners[0] too"
            ),
            (
                #"{"listeners": [{}, {"port": 1, "proxyProtocol": true}]}"#,
                "1:49: listeners[1].proxyProtocol: nobody may send a PROXY header: list the proxies in proxies.trusted"
            ),
            (
                #"{"listeners": [{"port": 8}, {"port": 9, "tls": true}], "tls": {"certificates": []}}"#,
                "1:48: listeners[1].tls: TLS needs a certificate: name one in tls.certificates; "
                    + "'sluice certificate' makes one to try"
            ),
            (
                #"{"routes": [{"path": "/a", "topic": "a"}, {"path": "/a", "topic": "b"}]}"#,
                "1:52: routes[1].path: the path is that of routes[0].path too"
            ),
            (
                #"{"routes": [{"path": "/a", "upstream": "u", "target": "v1", "body": {"stream": true}}]}"#,
                "1:40: routes[0].upstream: there is no upstream 'u'"
            ),
            (
                #"{"upstreams": [{"name": "u", "url": "http://a", "format": "openai", "paths": ["v1/a"]}], "#
                    + #""routes": [{"path": "/a", "upstream": "u", "target": "v1/b?c", "body": {"stream": true}}]}"#,
                "1:143: routes[0].target: the upstream 'u' is not asked for 'v1/b' here"
            ),
        ])
    func conflict(json: String, problem: String) {
        #expect(problems(json) == ["gateway.json:" + problem])
    }

    @Test("two keys have neither a name nor a digest in common")
    func keys() {
        let key = "{\"name\": \"a\", \"sha256\": \"\(String(repeating: "0", count: 64))\"}"
        let found = problems("{\"access\": {\"keys\": [\(key),\n\(key)]}}")
        #expect(
            found == [
                "gateway.json:2:10: access.keys[1].name: the name is that of access.keys[0].name too",
                "gateway.json:2:25: access.keys[1].sha256: the digest is that of access.keys[0].sha256 too",
            ])
    }
}
