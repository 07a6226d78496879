#!/bin/bash
# The examples that are small programs: their output for an input.
set -euo pipefail
c="$1" containers="$2"

expect() {
  [[ "$1" == "$2" ]] && return
  echo "FAILED: expected: $2" >&2
  echo "but got: $1" >&2
  exit 1
}

lines="$(seq 1 5000 | "$c")"
expect "$(head -n 2 <<<"$lines")" $'lines 1000\nlast 5000'
expect "$(sed -n 's/^total_alloc //p' <<<"$lines" | wc -l)" 1
expect "$("$c" </dev/null | head -n 1)" "lines 0"

words="$(echo "one Two two, three three THREE" | "$containers" 2)"
expect "$(head -n 2 <<<"$words")" $'3\tthree\n2\ttwo'
expect "$("$containers" 0 2>&1 </dev/null || echo "exit $?")" \
  $'usage: containers [number of words] < text\nexit 2'
echo "atoll: done"
