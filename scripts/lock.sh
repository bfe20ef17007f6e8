#!/bin/sh
# Writes the hashed locks from pyproject.toml. Run it after changing a dependency.
set -eu
cd "$(dirname "$0")/.."
common="--quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header"
.venv/bin/uv pip compile $common pyproject.toml -o scripts/locks/node.txt
.venv/bin/uv pip compile $common --extra edge --extra text --extra demo --extra contracts --extra hsm --extra mlflow --extra dev scripts/locks/build.in pyproject.toml -o scripts/locks/dev.txt
.venv/bin/uv pip compile $common scripts/locks/go.in -o scripts/locks/go.txt
.venv/bin/uv pip compile $common scripts/locks/slither.in -o scripts/locks/slither.txt
.venv/bin/uv pip compile $common scripts/locks/halmos.in -o scripts/locks/halmos.txt
.venv/bin/uv pip compile $common scripts/locks/murky.in -o scripts/locks/murky.txt
.venv/bin/uv pip compile $common scripts/locks/mlflow.in -o scripts/locks/mlflow.txt
.venv/bin/uv pip compile $common scripts/locks/rocrate-validator.in -o scripts/locks/rocrate-validator.txt
.venv/bin/uv pip compile $common scripts/locks/atheris.in -o scripts/locks/atheris.txt
