/// How many connections a process has descriptors for.
package struct ConnectionCapacity: Hashable, Sendable {
    /// Connections that are served.
    package var connections: Int
    /// Connections beyond these that may be open for as long as it takes to tell them so.
    package var refusals: Int

    package init(connections: Int, refusals: Int) {
        self.connections = connections
        self.refusals = refusals
    }
}
