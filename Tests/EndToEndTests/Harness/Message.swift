/// Any message of the gateway in `sluice.v1.json`.
struct Message: Decodable {
    let op: String
    let ref: String?
    let id: String?
    let topic: String?
    let type: String?
    let time: String?
    let contentType: String?
    let encoding: String?
    let data: String?
    let cursor: String?
    let after: String?
    let oldest: String?
    let code: String?
    let message: String?
}
