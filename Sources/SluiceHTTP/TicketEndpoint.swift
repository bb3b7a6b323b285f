internal import NIOCore
package import SluiceAccess
package import SluiceConnection
internal import SluiceTopics
internal import SluiceWire

/// `POST /tickets`: trades a key for a single-use, short-lived ticket that may stand in a query.
package struct TicketEndpoint: Sendable {
    private let office: TicketOffice

    package init(office: TicketOffice) {
        self.office = office
    }

    package func issue(_ exchange: Exchange) {
        guard exchange.request.header("authorization") != nil, case .success(let principal) = exchange.principal else {
            return exchange.respond(.unauthorised("a ticket is issued for a key: Authorization: Bearer KEY"))
        }
        var generator = SystemRandomNumberGenerator()
        guard let ticket = office.issue(to: principal, now: .now, using: &generator) else {
            return exchange.respond(.overloaded("too many tickets are waiting to be used"))
        }
        let lifetime = Int64(office.configuration.lifetime / .milliseconds(1))
        let expiry = Timestamp(milliseconds: exchange.loop.core.now().milliseconds + lifetime)
        var json = ByteBuffer(string: #"{"ticket":"\#(ticket)","expires":""#)
        expiry.writeRFC3339(into: &json)
        json.writeString("\"}\n")
        exchange.respond(.json(201, json, headers: [("cache-control", "no-store")]))
    }
}
