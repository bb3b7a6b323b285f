import SluiceGeneration

extension Transcript {
    static let text = [plainText]

    static let plainText = Transcript(
        "text", .text,
        #"""
        data: Hello

        event: whatever
        data:  {"text":1}

        : nothing

        data: two
        data: lines

        data:

        data: [DONE]

        """#)
}
