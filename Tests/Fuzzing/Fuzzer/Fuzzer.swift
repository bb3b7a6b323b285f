import Foundation
import SluiceFuzzing

/// What libFuzzer calls with each input. The variable SLUICE_FUZZ names the parser.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try parser.check(Array(UnsafeBufferPointer(start: bytes, count: count)))
    } catch {
        fatalError("\(error)")
    }
    return 0
}

private let parser: FuzzedParser = {
    let name = ProcessInfo.processInfo.environment["SLUICE_FUZZ"] ?? ""
    guard let parser = FuzzedParser(rawValue: name) else { fatalError("SLUICE_FUZZ names no parser: '\(name)'") }
    return parser
}()
