#!/bin/bash
# Forks at awkward moments, and handlers of forks that use memory.
set -euo pipefail

library="$PWD/$1" forks="$2" early_handlers="$PWD/$3" handlers="$4" interposing="$PWD/$5" crowd="$6"

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# Not only the program's main() may hang, so timeout is not under the library.
limited() { timeout -s KILL 60 env "$@"; }

echo "--- a signal handler forks while the only thread is inside of malloc()"
for options in scavenge_delay=0 scavenge_delay=0,checked=on; do
  limited LD_PRELOAD="$library" ATOLL_OPTIONS="$options" "$forks" timer || fail "timer $options"
  limited LD_PRELOAD="$library" ATOLL_OPTIONS="$options" "$forks" instructions ||
    fail "instructions $options"
  for name in clock_gettime madvise; do
    limited INTERPOSED="$name" LD_PRELOAD="$interposing:$library" ATOLL_OPTIONS="$options" \
      "$forks" calls || fail "calls $name $options"
  done
done

echo "--- handlers that were registered before the first malloc() allocate, and wait for threads"
for order in "$library:$early_handlers" "$early_handlers:$library"; do
  limited LD_PRELOAD="$order" "$handlers" || fail "handlers $order"
done

echo "--- a fork while another thread makes the first call"
limited "$forks" first "$library" || fail "first"

echo "--- a fork among hundreds of threads writes to no more pages than with the C library's malloc"
ours="$(LD_PRELOAD="$library" "$crowd" 800 20)" || fail "crowd"
libc="$("$crowd" 800 20)" || fail "crowd, with the C library's malloc"
echo "$ours, the C library's $libc"
read -r our_kib our_parent our_child <<<"$ours"
read -r libc_kib libc_parent libc_child <<<"$libc"
((our_kib <= 2 * libc_kib)) || fail "crowd: $our_kib KiB resident, the C library's $libc_kib"
((our_parent <= libc_parent + 200)) || fail "crowd: $our_parent faults in the parent"
((our_child <= libc_child + 200)) || fail "crowd: $our_child faults in the child"

echo "passed"
