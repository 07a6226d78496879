#!/bin/bash
# All names of the malloc family are the preloaded library's: the C library's other ones, too.
set -euo pipefail

library="$PWD/$1" checker="$PWD/$2" names="$4"
# shellcheck source=tests/malloc/preload/preloaded.sh
source "$3"

for options in "" checked=on; do
  preloaded "$options" "$names" || fail "names: $options"
done
echo "atoll: done"
