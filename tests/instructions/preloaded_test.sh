#!/bin/bash
# The instructions of malloc() and free() through the preloaded library are at most those on record.
set -euo pipefail
ATOLL_OPTIONS=statistics=text LD_PRELOAD="$PWD/$1" "$2" 2>errors || { cat errors; exit 1; }
grep -q "^atoll: Mallocs" errors || { echo "the library was not there"; exit 1; }
