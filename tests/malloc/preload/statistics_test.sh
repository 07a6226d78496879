#!/bin/bash
# docs/STATISTICS.md against what the library tells.
set -euo pipefail

library="$PWD/$1" program="$2" checker="$3" page="$4"
told="$(mktemp "${TEST_TMPDIR:-/tmp}/told.XXXXXX")"
trap 'rm -f "$told"' EXIT
LD_PRELOAD="$library" "$program" >"$told"
/usr/bin/python3 -B "$checker" "$told" "$page" src/heap/statistics.h src/malloc/atoll.h
echo "atoll: done"
