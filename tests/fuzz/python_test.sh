#!/bin/bash
# Runs a test in Python.
set -euo pipefail
exec python3 -B "$@"
