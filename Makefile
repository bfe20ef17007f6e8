# MedLedger. A bare `make` lists the targets; every target sets up what it needs.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/node_modules/.bin:$(PATH)
# Compiled bytecode halves the time that a command takes to start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo demo-real up test test-api test-browser test-engines test-faults check check-contracts check-fast bench bench-api bench-edge bench-evidence bench-gas bench-indexing bench-reading bench-sending bench-ui engines fuzz generate screens verifier lock format clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{sub(/:.*/, "", $$1); printf "  make %-15s %s\n", $$1, $$2}'

# Set-up is two stamps, so that the second time costs nothing.
build/.python: scripts/locks/dev.txt scripts/locks/build.in pyproject.toml
	@mkdir -p build
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	$(BIN)/uv pip sync --quiet --require-hashes --compile-bytecode --python $(BIN)/python scripts/locks/dev.txt
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python -e .
	@touch $@

build/.node: package.json package-lock.json .npmrc scripts/assets.py
	@mkdir -p build
	npm ci --silent --no-progress
	$(PYTHON) scripts/assets.py
	@touch $@

setup: build/.python build/.node ## make the environment in .venv/ and node_modules/, from the locks

demo: setup ## the main job on real input: from ultrasound files to a regulator's verified answer
	$(BIN)/python -m scripts.demo

demo-real: engines ## the demo on five geth signers, a private swarm of Kubo and PostgreSQL
	$(BIN)/python -m scripts.demo --engine clique --blobs kubo --store postgresql

up: setup ## the demo, and its consortium kept running until Ctrl-C, with addresses and keys
	$(BIN)/python -m scripts.demo --keep

check-fast: setup ## the inner loop: format, lint, types, layers, fast unit tests
	forge fmt --check
	ruff format --check .
	ruff check .
	mypy
	lint-imports --no-cache
	pytest -q -n 2 -m 'not slow' tests/unit

check: setup ## all static checks
	forge fmt --check
	FOUNDRY_PROFILE=lint forge lint --deny warnings
	forge build --sizes
	ruff format --check .
	ruff check .
	mypy
	lint-imports --no-cache

check-contracts: setup ## slither, ERC-721, proofs, coverage and mutants of the contracts; ANALYSIS='--skip mutation' for less
	$(BIN)/python -m scripts.analysis $(ANALYSIS)

test: setup ## all tests: contracts, unit, browser, integration, end to end
	@$(BIN)/python -m scripts.engines.build --if-possible
	forge test
	pytest -n 2 tests/unit
	pytest -n 2 tests/browser tests/integration tests/e2e tests/faults

engines: setup ## get the real engines that tests use: Kubo, geth and clef built from pinned source with Go, MLflow and RO-Crate's validator installed
	@$(BIN)/python -m scripts.engines.build

test-engines: engines ## the tests that need those engines
	MEDLEDGER_REQUIRE_ENGINES=1 pytest -m engines

test-browser: setup ## the pages in Chromium, on a running consortium
	pytest tests/browser

test-api: setup ## tens of thousands of requests made from the published schema, as each role; prints how many
	MEDLEDGER_API=whole pytest -s tests/integration/test_contract_of_the_api.py

test-faults: setup ## break everything that may break, often: kills, bad lines, full disks; prints what was lost (nothing)
	@$(BIN)/python -m scripts.engines.build --if-possible
	MEDLEDGER_FAULTS=whole pytest -m faults

fuzz: setup ## fuzz what reads evidence with atheris, a minute for each part; FUZZ='--seconds 600 --only rlp' for more or less
	$(BIN)/python -m scripts.fuzz $(FUZZ)

bench: setup ## measure, write build/bench/*.json
	$(BIN)/python -m scripts.bench

bench-api: setup ## measure REST beside MLflow's registry, reads under load, webhooks; write build/bench/api.json
	@$(BIN)/python -m scripts.engines.build mlflow
	$(BIN)/python -m scripts.bench.api

bench-edge: setup ## measure tables, images, streams, trees and proofs; write build/bench/edge.json
	$(BIN)/python -m scripts.bench.edge

bench-evidence: setup ## measure bundles: made, verified, beside each proof alone; write build/bench/evidence.json
	$(BIN)/python -m scripts.bench.evidence

bench-gas: setup ## measure what every write costs on a real chain, write build/bench/gas.json
	$(BIN)/python -m scripts.bench.gas

bench-sending: setup ## measure registrations a second beside raw sending and the common loop; write build/bench/node.json
	$(BIN)/python -m scripts.bench.sending

bench-indexing: setup ## measure how fast events are indexed, beside ponder; write build/bench/indexing.json
	$(BIN)/python -m scripts.bench.indexing

bench-reading: setup ## measure reads beside a constant and recursive SQL, up to a million facts; write build/bench/reading.json
	$(BIN)/python -m scripts.bench.reading

bench-ui: setup ## measure pages on the server, over the network and in Chromium; write build/bench/ui.json
	$(BIN)/python -m scripts.bench.ui

generate: setup ## renew what is generated and committed: ABIs and bytecode, OpenAPI, reference pages
	$(BIN)/python -m scripts.contracts
	$(BIN)/python -m scripts.reference
	$(BIN)/python -m ledger_node.cli.reference > docs/cli.md

screens: setup ## pictures of every page, as each role, in build/screens
	$(BIN)/python -m scripts.screens

verifier: setup ## the verifier of evidence as one file for a bare Python: build/medledger-verify.pyz
	$(BIN)/python -m scripts.verifier

format: setup ## format everything
	forge fmt
	ruff format .
	ruff check --fix .

lock: setup ## renew the locks after a change of dependencies
	scripts/lock.sh

clean: ## remove what was made here, the environment too
	rm -rf build .venv node_modules var registry_api/explorer/static/vendor
