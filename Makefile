# Sluice. `make run` and `make test` do everything, set-up included; both may be called again at any time.

# Targets may only import what Package.swift says they depend on.
SWIFT_FLAGS := --explicit-target-dependency-import-check error

.PHONY: run test build format lint clean setup

run: build
	@echo "run: starting the gateway with gateway.json"
	@exec "$$(swift build -c release --show-bin-path)/sluice" serve --config gateway.json

build: setup
	@echo "build: release (the first build takes some minutes)"
	swift build -c release --product sluice $(SWIFT_FLAGS)

test: setup
	@echo "test: building and running all tests"
	swift test $(SWIFT_FLAGS)

setup:
	@.ci/setup

format:
	swift format --in-place --recursive --parallel Package.swift Sources Tests

lint:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests

clean:
	swift package clean
	rm -rf .build
