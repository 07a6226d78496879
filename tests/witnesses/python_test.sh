#!/bin/bash
# Runs the test, which imports the tool's module.
set -euo pipefail
PYTHONPATH=tools/witnessing exec python3 -B "$@"
