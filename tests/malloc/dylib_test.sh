#!/bin/bash
# libatoll.dylib as dyld reads it: pairs of a function of its own and one of libSystem's, the
# functions of atoll.h, and no library but libSystem.
set -euo pipefail
library="$1"
objdump=/usr/bin/llvm-objdump-19

fail() {
  echo "FAILED: $1" >&2
  exit 1
}

interposed=(malloc calloc realloc reallocf free valloc aligned_alloc posix_memalign malloc_size
  malloc_good_size malloc_zone_from_ptr malloc_zone_free malloc_zone_realloc)

# Kind and symbol of each pointer in the section.
pointers="$("$objdump" --macho --dyld-info "$library" |
  awk '$2 == "__interpose" { print $5, ($5 == "bind" ? $7 $8 : "") }')"
expected=""
for name in "${interposed[@]}"; do expected+="rebase "$'\n'"bind libSystem_$name"$'\n'; done
[[ "$pointers"$'\n' == "$expected" ]] || fail "__interpose has: $pointers"

headers="$("$objdump" --macho --private-headers "$library")"
libraries="$(awk '$1 == "cmd" { cmd = $2 } $1 == "name" && cmd == "LC_LOAD_DYLIB" { print $2 }' \
  <<<"$headers")"
[[ "$(sort -u <<<"$libraries")" == /usr/lib/libSystem.B.dylib ]] || fail "it needs: $libraries"
grep -q "type S_INTERPOSING" <<<"$headers" || fail "the section has another type"

exports="$("$objdump" --macho --exports-trie "$library" | awk '/^0x/ { print $2 }' | sort)"
for name in malloc free heap_create heap_destroy heap_statistics; do
  grep -qx "_atoll_$name" <<<"$exports" || fail "atoll_$name is not exported"
done
others="$(grep -v "^_atoll_" <<<"$exports")" && fail "it exports: $others"
echo "atoll: done"
