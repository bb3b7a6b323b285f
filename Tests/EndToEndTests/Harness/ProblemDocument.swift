/// RFC 9457 § 3, with the members of a streaming publish.
struct ProblemDocument: Decodable {
    let type: String
    let title: String
    let status: Int
    let detail: String
    let published: Int?
    let id: String?
}
