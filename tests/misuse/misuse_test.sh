#!/bin/bash
# Every misuse is told, or not, as outcomes.txt and docs/RELIABILITY.md say, and reports have what they should.
set -euo pipefail

/usr/bin/python3 -B "$2" "$1" "$3" "$4" "$5"
