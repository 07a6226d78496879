#!/bin/bash
# The preloaded library's own tests on a real kernel:
#   preloaded_test.sh RUN.SH KERNEL TOOLS FIRST_PROCESS COMMANDS FILES...
set -euo pipefail

run="$1" kernel="$2" commands="$5"
export ATOLL_TOOLS="$3" ATOLL_HOST="$4" ATOLL_MACHINE_FILES="${*:6}"
output="$(mktemp "${TEST_TMPDIR:-/tmp}/machine.XXXXXX")"
trap 'rm -f "$output"' EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

ATOLL_DESCRIBE_RUNNER=yes bash "$run" kernel "$kernel"
bash "$run" kernel "$kernel" "$commands" | tee "$output" || fail "see above"

expected=("^atoll: double free: 0xc0" "^atoll: free of a pointer inside of an object: 0xc0" "invalid pointer"
  # The first object of a process, at the port's hint 0.
  "^0xc0000[0-9a-f]\{5\}$")
for line in "${expected[@]}"; do
  grep -q -- "$line" "$output" || fail "nobody said '$line'"
done
