#!/bin/bash
# Programs under Valgrind's memcheck and the preloaded library: it reports no errors. Normally Valgrind
# replaces the malloc family in every library; an option stops it.
set -euo pipefail

library="$PWD/$1" names="$PWD/$2"
export LC_ALL=C.UTF-8

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# silent COMMAND...: the same with and without Valgrind's own malloc(). That one reports a block that is
# freed by another name than it was allocated by, as the names' test does.
silent() {
  local option output
  for option in "" nouserintercepts; do
    echo "--- $* $option"
    output="$(LD_PRELOAD="$library" valgrind --quiet --error-exitcode=99 --show-mismatched-frees=no \
      ${option:+"--soname-synonyms=somalloc=$option"} "$@" 2>&1)" || fail "$*: $output"
    ! grep '^==' <<<"$output" || fail "$*"
  done
}

silent "$names" "of Valgrind's or Atoll's"
silent cmake --version
silent sqlite3 :memory: "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
  SELECT group_concat(printf('%d', i)) FROM n GROUP BY i % 7;"
echo "atoll: done"
