#!/bin/bash
# After a small and a large block the library makes only the kinds of system calls that docs/FACES.md lists.
set -euo pipefail

library="$PWD/$1" sandboxed="$2"

for options in "" checked=on scavenge_delay=0 scavenge_delay=never go=1.17 go=1.27 hints=system \
  go=1.26,hints=random align=16 keep=0 huge_pages=always huge_pages=never \
  profile_rate=4096,profile_file=/dev/null; do
  echo "--- $options"
  never=()
  [[ "$options" != huge_pages=never ]] || never=(never)
  ATOLL_OPTIONS="$options" LD_PRELOAD="$library" "$sandboxed" "${never[@]}"
done
echo "atoll: done"
