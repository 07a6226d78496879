#!/bin/bash
# Runs one of the tests written in Python, which import what the commands of bench/ are made of.
set -euo pipefail
PYTHONPATH=bench/harness:bench/firmware exec python3 -B "$@"
