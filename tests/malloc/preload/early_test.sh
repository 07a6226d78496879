#!/bin/bash
# The program makes the first call before the C library is initialised, and overwrites its
# environment later. The options must stay in force.
set -euo pipefail

library="$PWD/$1" early="$2"
work="$(mktemp -d "${TEST_TMPDIR:-/tmp}/early.XXXXXX")"
trap 'rm -rf "$work"' EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

ATOLL_OPTIONS="statistics=text,statistics_file=$work/early.txt,profile_rate=1,profile_file=$work/early.heap" \
  LD_PRELOAD="$library" timeout -s KILL 60 "$early" || fail "early"
grep -q "^atoll: HeapObjects  *[1-9][0-9]*$" "$work/early.txt" || fail "no statistics: $(ls "$work")"
grep -q "^heap profile: " "$work/early.heap" || fail "no profile: $(ls "$work")"

long="$(printf 'x%.0s' {1..9000})"
ATOLL_OPTIONS="statistics_file=$long" LD_PRELOAD="$library" "$early" 2>"$work/errors" || fail "too long"
grep -qx "atoll: ATOLL_OPTIONS: too long; ignored" "$work/errors" || fail "too long: $(cat "$work/errors")"
echo "passed"
