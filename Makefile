# Sluice. `make run` and `make test` do everything, set-up included; both may be called again at any time.

# Targets may only import what Package.swift says they depend on.
SWIFT_FLAGS := --explicit-target-dependency-import-check error
# What is released runs where there is no Swift.
RELEASE_FLAGS := -c release --static-swift-stdlib $(SWIFT_FLAGS)

.PHONY: run test build conformance conformance-fast fuzz bench budgets soak soak-fast format lint clean setup

run: build
	@mkdir -p data
	@echo "run: starting the gateway with gateway.json"
	@exec "$$(swift build -c release --show-bin-path)/sluice" serve --config gateway.json

build: setup
	@echo "build: release (the first build takes some minutes)"
	swift build $(RELEASE_FLAGS) --product sluice

test: setup
	@echo "test: building and running all tests (the first build takes some minutes)"
	swift build --build-tests $(SWIFT_FLAGS)
	Tests/Browser/run.py "$$(swift build --show-bin-path)/sluice"
	Tests/Providers/run.py "$$(swift build --show-bin-path)/sluice"
	swift test --skip-build

# The Autobahn test suite, in clear and through TLS; `conformance-fast` leaves out its slow compression groups,
# and is skipped where there is no CPython 2.7.
conformance conformance-fast: build
	@for tls in "" --tls; do \
		Tests/Conformance/run.py "$$(swift build -c release --show-bin-path)/sluice" $$tls $(if $(findstring fast,$@),--fast --optional) || exit; \
	done

# Every parser for a minute, or FUZZ_SECONDS; one of them with FUZZ_PARSERS.
FUZZ_SECONDS ?= 60
FUZZ_PARSERS ?= $(notdir $(wildcard Tests/Fuzzing/Corpus/*))

fuzz: setup
	@echo "fuzz: building with sanitizers (the first build takes some minutes)"
	SLUICE_FUZZ=1 swift build -c release --scratch-path .build/fuzz --product fuzzer $(SWIFT_FLAGS)
	@for parser in $(FUZZ_PARSERS); do Tests/Fuzzing/run .build/fuzz/release/fuzzer $$parser $(FUZZ_SECONDS) || exit; done

# Allocations, which must keep to their budgets, and what publishes and deliveries cost, beside what they cost when the
# table was written.
budgets: setup
	@echo "budgets: release (the first build takes some minutes)"
	swift build $(RELEASE_FLAGS) --product benchmarks
	"$$(swift build -c release --show-bin-path)/benchmarks" allocations --budgets Tests/Benchmarks/allocations.txt
	"$$(swift build -c release --show-bin-path)/benchmarks" fan-out --baseline Tests/Benchmarks/fan-out.txt

# What Docs/benchmarks.md states of the log in a file. The files go under .build, on the disk that is measured.
bench: setup
	@echo "bench: release (the first build takes some minutes)"
	swift build $(RELEASE_FLAGS) --product benchmarks
	"$$(swift build -c release --show-bin-path)/benchmarks" appends --folder .build
	"$$(swift build -c release --show-bin-path)/benchmarks" large --file .build/large.sqlite

# The checker: clients against a gateway that is killed, stopped, starved of disk and cut off at random; for SOAK_SECONDS,
# or some 20 faults with `soak-fast`.
SOAK_SECONDS ?= 1800

soak soak-fast: build
	Tests/Soak/run.py "$$(swift build -c release --show-bin-path)/sluice" $(if $(findstring fast,$@),,--seconds $(SOAK_SECONDS))

setup:
	@.ci/setup

format:
	swift format --in-place --recursive --parallel Package.swift Sources Tests

lint:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests

clean:
	swift package clean
	rm -rf .build
