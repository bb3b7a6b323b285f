import Foundation
import SluiceFuzzing

/// Has libFuzzer try inputs on the parser that the variable SLUICE_FUZZ names. The arguments are libFuzzer's.
@main
enum Fuzzer {
    static func main() {
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        exit(
            runDriver(&count, &arguments) { bytes, count in
                do {
                    try Fuzzer.parser.check(Array(UnsafeBufferPointer(start: bytes, count: count)))
                } catch {
                    fatalError("\(error)")
                }
                return 0
            })
    }

    private static let parser: FuzzedParser = {
        let name = ProcessInfo.processInfo.environment["SLUICE_FUZZ"] ?? ""
        guard let parser = FuzzedParser(rawValue: name) else { fatalError("SLUICE_FUZZ names no parser: '\(name)'") }
        return parser
    }()
}

/// libFuzzer's own main function, which SwiftPM leaves no room for.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ argumentCount: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
