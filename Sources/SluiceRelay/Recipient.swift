internal import SluiceConnection

/// Who gets what comes of a call to a provider.
enum Recipient: Sendable {
    /// Whose request was relayed gets the provider's answer itself, as it comes.
    case caller(Caller)
    /// Who asked a question watches the generation from its beginning, and learns from it what comes of it.
    ///
    /// The closure is called once: with the generation when there is one, or with why there is none.
    case watcher(@Sendable (Result<Generation, Problem>) -> Void)

    /// Who watches is told of a generation before its provider is asked. A refusal that is temporary has an `EventSource`
    /// ask again by itself, and must have cost nothing.
    var isCaller: Bool {
        if case .caller = self { true } else { false }
    }

    /// The generation can be watched.
    func began(_ generation: Generation) {
        if case .watcher(let watch) = self { watch(.success(generation)) }
    }

    /// There is no generation.
    func refuse(_ problem: Problem) {
        switch self {
        case .caller(let caller): caller.respond(problem)
        case .watcher(let watch): watch(.failure(problem))
        }
    }

    /// The provider's answer is no stream.
    func respond(_ response: Response) {
        if case .caller(let caller) = self { caller.respond(response) }
    }

    /// The provider has not answered.
    func respond(_ problem: Problem) {
        if case .caller(let caller) = self { caller.respond(problem) }
    }

    /// The provider answers with a stream.
    ///
    /// - Returns: where its bytes go, if anywhere but into the log.
    func open(_ head: TakeoverHead, gone: @escaping @Sendable () -> Void) -> Caller.Stream? {
        switch self {
        case .caller(let caller):
            return caller.open(head, gone: gone)
        case .watcher:
            gone()
            return nil
        }
    }
}
