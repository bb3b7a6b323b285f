package import NIOCore

extension ChannelHandlerContext {
    /// Has the channel read, or wait. An HTTP/2 stream that is to read again has to be asked for the first read, too.
    package func setReading(_ isOn: Bool) {
        try? channel.syncOptions?.setOption(.autoRead, value: isOn)
        if isOn { read() }
    }
}
