package import NIOCore
internal import SluiceWire

extension Problem {
    /// The problem as an RFC 9457 document.
    package var response: Response {
        var headers: [(String, String)] = [("content-type", "application/problem+json"), ("cache-control", "no-store")]
        if let retryAfter { headers.append(("retry-after", String(retryAfter))) }
        if status == 401 { headers.append(("www-authenticate", #"Bearer realm="sluice""#)) }
        headers += self.headers
        return Response(status: status, headers: headers, body: document)
    }

    /// The problem as an event stream that ends at once and says when to come back.
    var eventStreamResponse: Response {
        var stream = ByteBuffer()
        // Jitter: those who are sent away together shall not come back together.
        let base = (retryAfter ?? 1) * 1000
        EventStreamEncoder.retry(milliseconds: Int.random(in: base...base * 2), into: &stream)
        EventStreamEncoder.event(id: nil, type: "sluice.error", data: summary, into: &stream)
        return Response(
            status: 200, headers: [("content-type", "text/event-stream"), ("cache-control", "no-store")], body: stream)
    }

    /// `{"code":…,"message":…}`, for the wires on which a problem is an event or an operation.
    package var summary: ByteBuffer {
        var json = ByteBuffer()
        json.writeString(#"{"code":"#)
        JSONText.writeString(type, into: &json)
        json.writeString(#","message":"#)
        JSONText.writeString(detail, into: &json)
        json.writeString("}")
        return json
    }

    private var document: ByteBuffer {
        var json = ByteBuffer()
        json.writeString(#"{"type":"#)
        JSONText.writeString("urn:sluice:problem:\(type)", into: &json)
        json.writeString(#","title":"#)
        JSONText.writeString(Response.reason(of: status), into: &json)
        json.writeString(#","status":\#(status),"detail":"#)
        JSONText.writeString(detail, into: &json)
        for member in members {
            json.writeString(",")
            JSONText.writeString(member.name, into: &json)
            json.writeString(":\(member.json)")
        }
        json.writeString("}\n")
        return json
    }
}
