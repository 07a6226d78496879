#!/bin/bash
# Runs one of the tests in Python, which import the modules of the commands of bench/.
set -euo pipefail
PYTHONPATH=bench/harness:bench/firmware:bench/cost exec python3 -B "$@"
