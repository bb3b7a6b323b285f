internal import NIOHTTP1

extension Problem {
    init(parserError: HTTPParserError) {
        switch parserError {
        case .headerOverflow:
            self.init(431, "header-too-large", "the request's header is larger than the limit")
        case .invalidVersion:
            self.init(505, "http-version", "this port speaks HTTP/1.0 and HTTP/1.1")
        default:
            self = .badRequest("malformed-request", "this is not HTTP/1.1: \(parserError)")
        }
    }
}
