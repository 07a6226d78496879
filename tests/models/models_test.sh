#!/bin/bash
# Checks the models given (tests/models/check.py).
set -euo pipefail
exec python3 -B tests/models/check.py "$@"
