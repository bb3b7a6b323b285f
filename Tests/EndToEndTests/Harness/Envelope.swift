/// An event as JSON.
struct Envelope: Decodable, Equatable {
    let id: String
    let topic: String
    let type: String?
    let time: String
    let contentType: String?
    let encoding: String?
    let data: String
}
