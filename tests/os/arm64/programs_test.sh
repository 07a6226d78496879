#!/bin/bash
# Programs without an operating system, each in a machine of its own:
#   programs_test.sh FAULT HEAP
# FAULT must end in the fault handler for everything that it touches outside of its own memory.
set -uo pipefail

fault="$1" heap="$2"
failures=0

fail() {
  echo "FAILED: $*" >&2
  failures=$((failures + 1))
}

# What the program says it will do, and the same again from the handler.
for what in reserved reserved-last prepared behind data-as-code unused fault free null beyond text \
    constant stack trap; do
  said="$("$fault" "$what" 2>/dev/null)"
  code=$?
  ((code == 139)) || fail "$what: exit code $code: $said"
  expected="$(sed -n 's/^expect: //p' <<<"$said")"
  grep -q "^fault: ${expected:-exception}.*, instruction 0x" <<<"$said" || fail "$what: $said"
done

said="$("$fault" abort 2>/dev/null)"
code=$?
((code == 134)) || fail "abort: exit code $code: $said"

said="$("$heap" 2>/dev/null)" || fail "heap: exit code $?: $said"
grep -q '^value.first object.0x4000' <<<"$said" || fail "heap: where is the first object? $said"

exit $((failures != 0))
