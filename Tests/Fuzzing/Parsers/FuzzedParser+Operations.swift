internal import NIOCore
internal import SluiceConnection
internal import SluiceWebSocket
internal import SluiceWire

extension FuzzedParser {
    /// A message, which is UTF-8 as the session has it.
    static func checkOperations(_ input: [UInt8]) throws(BrokenPromise) {
        let message = ByteBuffer(string: String(decoding: input, as: UTF8.self))
        let reference: Reference?
        do throws(Operation.Refusal) {
            reference = try Operation(message).ref
        } catch {
            try promise(error.problem.type == "invalid-operation", "refused as \(error.problem.type)")
            reference = error.ref
        }
        guard let reference else { return }
        try promise(JSONText.isValid(ByteBuffer(string: reference.json)), "'\(reference.json)' is no JSON")
    }
}
