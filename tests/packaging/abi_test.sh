#!/bin/bash
# What programs are linked with is what it was: the SONAME and the symbols of the library that is installed (exports.txt), and the
# types behind the symbols (atoll.abi). A change that is meant is recorded with
#
#   tests/packaging/abi_test.sh --record bazel-bin/tools/packaging/atoll_linux_amd64.tar.gz
#
# If the change breaks programs that are linked already, the number in the SONAME (src/malloc/BUILD) grows, too.
set -euo pipefail
records=tests/packaging
record=""
if [[ "$1" == --record ]]; then
  record=yes
  shift
fi
archive="$1"
here="${TEST_TMPDIR:-$(mktemp -d)}"
installed="$here/installed"
mkdir -p "$installed"
tar -xzf "$archive" -C "$installed"
library="$installed/lib/libatoll.so"

# Names, kinds and versions; sizes of variables are part of what programs have copies of.
{
  readelf -dW "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/soname \1/p'
  nm -D --defined-only "$library" | cut -d ' ' -f 2- | LC_ALL=C sort
} >"$here/exports.txt"

# The types of its functions: each gets a body, so that the compiler writes debugging information for it. That the functions of the
# library have these types, the compiler checks when it builds the library.
gcc -E -P -xc "$installed/include/atoll.h" |
  tr '\n' ' ' | sed 's/;/;\n/g' |
  sed '/^ *typedef/!s/\(\batoll_[a-z_]*(.*)\);$/\1 { __builtin_trap(); }/' >"$here/functions.c"
gcc -g -O0 -fPIC -shared -w "$here/functions.c" -Wl,-soname,libatoll.so.0 -o "$here/functions.so"
abidw --no-show-locs --no-corpus-path --no-comp-dir-path --no-elf-needed "$here/functions.so" |
  sed "s/ path='[^']*'//" >"$here/atoll.abi"

if [[ -n "$record" ]]; then
  cp "$here/exports.txt" "$here/atoll.abi" "$records"
  exit
fi
same=yes
diff -u "$records/exports.txt" "$here/exports.txt" || same=""
abidiff "$records/atoll.abi" "$here/atoll.abi" || same=""
[[ -n "$same" ]] || {
  echo "FAILED: programs that are linked with the library see this change; the script says how to record it" >&2
  exit 1
}
echo "atoll: done"
