// swift-tools-version: 6.2
import PackageDescription

// One list of settings for every target, so that the compiler holds all of the code to the same rules.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let inMemoryLogging = Target.Dependency.product(name: "InMemoryLogging", package: "swift-log")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHPACK = Target.Dependency.product(name: "NIOHPACK", package: "swift-nio-http2")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let swiftASN1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")

func target(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], resources: [Resource]? = nil
) -> Target {
    .target(
        name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "sluice",
    products: [
        .executable(name: "sluice", targets: ["sluice"]),
        .library(name: "SluiceServer", targets: ["SluiceServer"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    ],
    targets: [
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // Pure: no sockets, no clock, no threads.
        target("SluiceTopics", [nioCore]),
        target(
            "SluiceWire", ["CZlib", "SluiceTopics", crypto, nioCore],
            exclude: ["EventStream/README.md", "WebSocket/README.md"]),
        target("SluiceLog", ["SluiceTopics", nioCore]),
        target("SluiceAccess", ["SluiceTopics", crypto]),
        target("SluiceGeneration", ["SluiceTopics", nioCore]),

        target("SluiceCertificates", [crypto, swiftASN1, x509]),

        // Engines, and the contract that each of them keeps.
        target("SluiceMemoryLog", ["SluiceLog", "SluiceTopics", deque, heap, nioCore]),
        target("SluiceSQLiteLog", ["SluiceLog", "SluiceMemoryLog", "SluiceTopics", deque, grdb, heap, nioCore]),
        target("SluiceLogContract", ["SluiceLog", "SluiceTopics", nioCore]),

        // Core.
        target("SluiceBus", ["SluiceGeneration", "SluiceLog", "SluiceTopics", "SluiceWire", deque, nioCore]),

        // Wires.
        target(
            "SluiceConnection",
            [
                "SluiceAccess", "SluiceBus", "SluiceGeneration", "SluiceLog", "SluiceTopics", "SluiceWire", coreMetrics,
                crypto, deque, logging, nioCore, nioHPACK, nioHTTP1, nioHTTP2, nioPosix, nioSSL, nioTLS, swiftASN1,
                x509,
            ]),
        target(
            "SluiceWebSocket",
            ["SluiceAccess", "SluiceBus", "SluiceConnection", "SluiceLog", "SluiceTopics", "SluiceWire", nioCore]),
        target(
            "SluiceSSE",
            ["SluiceAccess", "SluiceBus", "SluiceConnection", "SluiceLog", "SluiceTopics", "SluiceWire", nioCore]),
        target(
            "SluiceHTTP",
            [
                "SluiceAccess", "SluiceBus", "SluiceConnection", "SluiceLog", "SluiceTopics", "SluiceWire", nioCore,
                nioHTTP1,
            ],
            resources: [.embedInCode("page.html")]),

        // Generations: their requests, their producers and those who watch them, over the wires.
        target(
            "SluiceRelay",
            [
                "SluiceAccess", "SluiceBus", "SluiceConnection", "SluiceGeneration", "SluiceLog", "SluiceTopics",
                "SluiceWire", asyncHTTPClient, coreMetrics, crypto, deque, logging, nioCore, nioHTTP1, nioPosix,
            ]),

        // Composition.
        target("SluiceMetrics", [coreMetrics]),
        target(
            "SluiceServer",
            [
                "SluiceAccess", "SluiceBus", "SluiceConnection", "SluiceHTTP", "SluiceLog", "SluiceMemoryLog",
                "SluiceMetrics", "SluiceRelay", "SluiceSQLiteLog", "SluiceSSE", "SluiceTopics", "SluiceWebSocket",
                coreMetrics, logging, nioCore, nioPosix,
            ]),
        target(
            "SluiceConfiguration",
            [
                "SluiceAccess", "SluiceBus", "SluiceConnection", "SluiceHTTP", "SluiceMemoryLog", "SluiceRelay",
                "SluiceSSE", "SluiceServer", "SluiceTopics", "SluiceWebSocket", "SluiceWire", configuration, logging,
                nioCore,
            ]),
        target(
            "SluiceClient",
            ["SluiceTopics", "SluiceWire", asyncHTTPClient, nioCore, nioHTTP1, nioPosix, nioSSL]),
        target(
            "SluiceBench",
            ["SluiceClient", "SluiceWire", deque, histogram, nioCore, nioHTTP1, nioHTTP2, nioPosix, nioSSL]),
        .executableTarget(
            name: "sluice",
            dependencies: [
                "SluiceAccess", "SluiceBench", "SluiceCertificates", "SluiceClient", "SluiceConfiguration",
                "SluiceConnection",
                "SluiceLog", "SluiceSQLiteLog", "SluiceServer", "SluiceTopics", "SluiceWire", argumentParser, logging,
                nioCore, nioSSL,
            ],
            swiftSettings: settings),

        // Tests, and what several of them use.
        .target(
            name: "SluiceTestSupport", dependencies: ["SluiceLog", "SluiceTopics", "SluiceWire", nioCore, nioEmbedded],
            path: "Tests/SluiceTestSupport",
            swiftSettings: settings),
        tests("SluiceGenerationTests", ["SluiceGeneration", "SluiceTestSupport", nioCore]),
        tests("SluiceAccessTests", ["SluiceAccess", "SluiceTestSupport", "SluiceTopics"]),
        tests(
            "SluiceBusTests",
            [
                "SluiceBus", "SluiceGeneration", "SluiceLog", "SluiceMemoryLog", "SluiceTestSupport", "SluiceTopics",
                "SluiceWire", nioCore, nioEmbedded, nioPosix,
            ]),
        tests(
            "SluiceRelayTests",
            [
                "SluiceGeneration", "SluiceLog", "SluiceMemoryLog", "SluiceRelay", "SluiceTestSupport", "SluiceTopics",
                logging, nioCore, nioHTTP1,
            ]),
        tests(
            "SluiceConnectionTests",
            [
                "SluiceAccess", "SluiceBus", "SluiceCertificates", "SluiceConnection", "SluiceLog", "SluiceMemoryLog",
                "SluiceTestSupport",
                "SluiceTopics", "SluiceWire", coreMetrics, logging, nioCore, nioEmbedded, nioHTTP1,
            ]),
        tests(
            "EndToEndTests",
            [
                "SluiceAccess", "SluiceBench", "SluiceCertificates", "SluiceClient", "SluiceConnection", "SluiceHTTP",
                "SluiceMemoryLog", "SluiceRelay", "SluiceSSE", "SluiceServer", "SluiceTestSupport", "SluiceTopics",
                "SluiceWebSocket", "SluiceWire", inMemoryLogging, logging, nioCore, nioHPACK, nioPosix, nioSSL, nioTLS,
            ]),
        tests(
            "SluiceHTTPTests",
            ["SluiceConnection", "SluiceHTTP", "SluiceTestSupport", "SluiceTopics", "SluiceWire", nioCore]),
        tests(
            "SluiceSSETests",
            [
                "SluiceAccess", "SluiceBus", "SluiceConnection", "SluiceLog", "SluiceMemoryLog", "SluiceSSE",
                "SluiceTestSupport", "SluiceTopics", "SluiceWire", coreMetrics, logging, nioCore, nioEmbedded, nioHTTP1,
            ]),
        tests(
            "SluiceWebSocketTests",
            [
                "SluiceAccess", "SluiceBus", "SluiceConnection", "SluiceLog", "SluiceMemoryLog", "SluiceTestSupport",
                "SluiceTopics", "SluiceWebSocket", "SluiceWire", coreMetrics, logging, nioCore, nioEmbedded, nioHTTP1,
            ]),
        tests("SluiceTopicsTests", ["SluiceTestSupport", "SluiceTopics", nioCore]),
        tests(
            "SluiceConfigurationTests",
            [
                "SluiceAccess", "SluiceBus", "SluiceConfiguration", "SluiceConnection", "SluiceHTTP", "SluiceMemoryLog",
                "SluiceSSE", "SluiceServer", "SluiceTestSupport", "SluiceTopics", "SluiceWebSocket", "SluiceWire",
                logging, nioCore,
            ]),
        tests(
            "SluiceMemoryLogTests",
            ["SluiceLog", "SluiceLogContract", "SluiceMemoryLog", "SluiceTestSupport", "SluiceTopics", nioCore]),
        tests(
            "SluiceSQLiteLogTests",
            ["SluiceLog", "SluiceLogContract", "SluiceSQLiteLog", "SluiceTestSupport", "SluiceTopics", grdb, nioCore]),
        tests("SluiceWireTests", ["SluiceTestSupport", "SluiceTopics", "SluiceWire", nioCore]),
        tests(
            "SluiceClientTests",
            ["SluiceClient", "SluiceTestSupport", "SluiceTopics", "SluiceWire", nioCore, nioEmbedded, nioHTTP1]),
        tests("SluiceBenchTests", ["SluiceBench", "SluiceTestSupport"]),
        tests("SluiceCommandTests", ["sluice", "SluiceClient", "SluiceConfiguration", "SluiceTopics", logging]),
        tests("SluiceMetricsTests", ["SluiceMetrics", "SluiceTestSupport", coreMetrics]),
        .target(name: "CBenchmarks", path: "Tests/CBenchmarks"),
        .executableTarget(
            name: "benchmarks",
            dependencies: [
                "CBenchmarks", "SluiceConnection", "SluiceLog", "SluiceSQLiteLog", "SluiceServer", "SluiceTopics",
                argumentParser, grdb, logging, nioCore,
            ],
            path: "Tests/Benchmarks", swiftSettings: settings),
        .target(
            name: "SluiceFuzzing",
            dependencies: [
                "SluiceConnection", "SluiceGeneration", "SluiceServer", "SluiceTestSupport", "SluiceTopics",
                "SluiceWebSocket", "SluiceWire", logging, nioCore, nioEmbedded,
            ],
            path: "Tests/Fuzzing/Parsers", swiftSettings: settings),
        .testTarget(
            name: "SluiceFuzzingTests", dependencies: ["SluiceFuzzing"], path: "Tests/Fuzzing/Replay",
            swiftSettings: settings),
    ]
)

// `make fuzz`: all of our code tells libFuzzer where it goes, and the fuzzer's main function is libFuzzer's.
if Context.environment["SLUICE_FUZZ"] != nil {
    let sanitizers = ["-sanitize=fuzzer,address"]
    for target in package.targets where target.type == .regular {
        target.swiftSettings? += [.unsafeFlags(sanitizers + ["-parse-as-library"])]
    }
    package.targets.append(
        .executableTarget(
            name: "fuzzer", dependencies: ["SluiceFuzzing"], path: "Tests/Fuzzing/Fuzzer",
            swiftSettings: [.unsafeFlags(sanitizers + ["-parse-as-library"])],
            linkerSettings: [.unsafeFlags(sanitizers + ["-use-ld=lld"])]))
}
