import CoreMetrics
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import SluiceAccess
import SluiceBus
import SluiceMemoryLog
import SluiceTopics

@testable import SluiceConnection

/// A router whose endpoints say who they are: the wire, the topic, and who asks. `chat/**` is granted to the key
/// `sk_chat`, and to nobody else.
final class TestRouter: ExchangeTransport {
    private let eventLoop = EmbeddedEventLoop()
    private let core: ConnectionCore
    private var answer: Response?

    init() throws {
        let chat = try Pattern("chat/**")
        let key = AccessKey(
            name: "chatter", digest: AccessKey.digest(of: "sk_chat"),
            permissions: Permissions(publish: [chat], subscribe: [chat]))
        let router = Router(
            topics: Router.TopicEndpoints(
                webSocket: { exchange, topic in
                    exchange.respond(.text(200, "webSocket \(topic?.name ?? "-") \(exchange.who)"))
                },
                eventStream: TestRouter.subscribe("eventStream"), history: TestRouter.subscribe("history"),
                publish: { exchange, topic in
                    do throws(Problem) {
                        try exchange.authorisePublishing(to: topic)
                        exchange.respond(.text(200, "publish \(topic) \(exchange.who)"))
                    } catch {
                        exchange.respond(error)
                    }
                }),
            resources: [
                "/": ["GET": { $0.respond(.text(200, "page")) }],
                "/healthz": ["GET": { $0.respond(.text(200, "health")) }],
                "/both": ["GET": { $0.respond(.text(200, "get")) }, "POST": { $0.respond(.text(200, "post")) }],
                "/tickets": ["POST": { $0.respond(.text(200, "tickets \($0.who)")) }],
                "/full": ["GET": { $0.refuse(.overloaded("full")) }],
                "/never": ["GET": { $0.refuse(.forbidden("never")) }],
            ],
            essentials: ["/healthz"], routes: ["/ws": try Topic("chat/1")],
            authorizer: KeyAuthorizer(
                anonymous: .none, keys: [key], allowsKeyInQuery: false,
                tickets: TicketOffice(configuration: TicketOffice.Configuration())),
            origins: OriginPolicy(
                allowedOrigins: ["https://listed.example"], allowedHosts: [], isOpenLoopback: false))
        var generator = SystemRandomNumberGenerator()
        let log = MemoryLog(configuration: MemoryLog.Configuration(), epoch: Epoch(using: &generator)) {
            Timestamp(milliseconds: 0)
        }
        core = ConnectionCore(
            configuration: ConnectionConfiguration(), capacity: ConnectionCapacity(connections: 10, refusals: 10),
            router: router, bus: TopicBus(log: log, eventLoops: [eventLoop]), group: eventLoop,
            instruments: Instruments(factory: NOOPMetricsHandler.instance), logger: Logger(label: "test"),
            now: { Timestamp(milliseconds: 0) })
    }

    private static func subscribe(_ wire: String) -> Router.TopicEndpoints.Subscribe {
        { exchange, topic in
            do throws(Problem) {
                try exchange.authoriseSubscribing(to: topic.map { [Pattern($0)] } ?? [])
                exchange.respond(.text(200, "\(wire) \(topic?.name ?? "-") \(exchange.who)"))
            } catch {
                exchange.respond(error)
            }
        }
    }

    /// - Parameter refusal: why the connection is one of those that are only to be told that they are too many.
    func ask(
        _ method: HTTPMethod, _ target: String, _ headers: HTTPHeaders = [:], refusal: Problem? = nil
    ) throws -> Response {
        answer = nil
        let exchange = Exchange(
            request: try Request(method, target, headers), loop: core.loopContext(of: eventLoop), transport: self)
        if let refusal {
            core.router.routeEssential(exchange, orRefuseWith: refusal)
        } else {
            core.router.route(exchange)
        }
        guard let answer else { throw NoAnswer() }
        return answer
    }

    struct NoAnswer: Error {}

    func respond(_ response: Response, to exchange: Exchange) {
        answer = response
    }

    func takeOver(_ head: TakeoverHead, from exchange: Exchange, makeHandler: @escaping () -> any ChannelHandler) {}

    func wantsBody(of exchange: Exchange, isStream: Bool) {}

    func bodyPauseChanged() {}
    var writesToSocket: Bool { false }
}

extension Exchange {
    fileprivate var who: String {
        do throws(Problem) {
            return try principal.get().name
        } catch {
            return error.type
        }
    }
}

extension Response {
    var text: String { String(buffer: body) }

    subscript(_ name: String) -> String? {
        let values = headers.filter { $0.0 == name }.map(\.1)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    /// The type of the problem that it is.
    var problem: String? {
        guard self["content-type"] == "application/problem+json" else { return nil }
        return text.firstRange(of: "urn:sluice:problem:").map { String(text[$0.upperBound...].prefix { $0 != "\"" }) }
    }
}
