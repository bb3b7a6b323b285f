internal import NIOCore
internal import SluiceLog
internal import SluiceTopics

/// A page of the log as bytes, for all who come to its place at about the same time: those who come back together, or fell
/// behind together, share it as live ones share an event. There is nothing in it but events that are not the last of their
/// topics.
struct SharedPage {
    struct Key: Hashable {
        let place: ReadPlace
        let format: DeliveryFormat
        let selection: [Pattern]
    }

    let next: ReadPlace
    let events: Int
    let bytes: ByteBuffer
    let readAt: NIODeadline

    /// Whoever takes it might as well have come when it was read; but not long ago, since the log forgets.
    static let maximumAge = TimeAmount.milliseconds(100)
}
