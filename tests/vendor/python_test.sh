#!/bin/bash
# Runs one of the tests in Python: Debian's, which has the modules that are Debian packages.
set -euo pipefail
PYTHONPATH=tests/vendor exec /usr/bin/python3 -B "$@"
