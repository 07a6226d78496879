#!/bin/bash
# Runs one of the tests in Python.
set -euo pipefail
exec python3 -B "$@"
