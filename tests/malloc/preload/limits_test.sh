#!/bin/bash
# Measures, in comparison with the C library's own malloc, how much a small program takes of the
# resources that systems limit, and tests that it runs with little. It changes no setting of the
# machine.
set -euo pipefail

library="$PWD/$1" checker="$PWD/$2" limits="$PWD/$3" fresh="$PWD/$4"
# shellcheck source=tests/malloc/preload/preloaded.sh
source "$5"

# within WHAT: no line of the second file is more than 1.5 of the first's and 2 MiB, all in KiB.
within() {
  local what own others
  while read -r what own; do
    others="$(sed -n "s/^$what //p" "$work/others")"
    echo "    $what: $own KiB, the C library's $others"
    ((own <= others * 3 / 2 + 2048)) || fail "$what"
  done <"$work/own"
}

# The two ways, with the same arguments.
beside() {
  "$limits" "$@" >"$work/others" || return $?
  LD_PRELOAD="$library" "$limits" "$@" >"$work/own" || fail "$*"
}

echo "--- within 1.5 of the C library's malloc and 2 MiB"
beside figures
within
if beside locked; then
  within
else
  echo "    locked memory: not allowed here"
fi

echo "--- a core file"
mkdir "$work/cores"
core_size() (
  cd "$work/cores"
  rm -f core*
  ulimit -c unlimited 2>"$work/errors" || exit 0
  # Discards the shell's own line about it.
  { "$@" || true; } >"$work/output" 2>&1
  find . -name 'core*' -printf 'core %k\nlength %s\n' | awk '{ print $1, $1 == "length" ? int($2 / 1024) : $2 }'
)
core_size "$limits" core >"$work/others"
core_size env LD_PRELOAD="$library" "$limits" core >"$work/own"
if [[ -s "$work/others" ]]; then
  [[ -s "$work/own" ]] || fail "no core file"
  within
else
  echo "    none is written here: the figure 'dumped' stands for it"
fi

echo "--- no room for a huge page"
LD_PRELOAD="$library" "$limits" huge || fail "a small program may get huge pages"

echo "--- small programs under limits"
# limited FLAG KIB COMMAND...
limited() (
  ulimit "$1" "$2"
  shift 2
  LD_PRELOAD="$library" "$@" >"$work/output" 2>"$work/errors"
)
for limit in "-d 65536" "-d 8192" "-v 32768" "-v 65536"; do
  # shellcheck disable=SC2086
  limited $limit ls / || fail "ls, ulimit $limit: $(cat "$work/errors")"
  grep -q '^proc$' "$work/output" || fail "ls, ulimit $limit: $(cat "$work/output")"
  # shellcheck disable=SC2086
  limited $limit "$fresh" || fail "fresh, ulimit $limit: $(cat "$work/errors")"
  # Objects lie where they do without a limit.
  grep -q '^0xc0000[0-9a-f]*$' "$work/output" || fail "fresh, ulimit $limit: $(cat "$work/output")"
done

echo "--- all there is, again and again"
for limit in "-d 8192" "-v 32768" "-d 65536" "-v 131072"; do
  # shellcheck disable=SC2086
  (ulimit $limit && "$limits" all) >"$work/others" || fail "all, ulimit $limit, the C library's"
  # shellcheck disable=SC2086
  (ulimit $limit && LD_PRELOAD="$library" "$limits" all) >"$work/own" || fail "all, ulimit $limit"
  echo "    $limit"
  while read -r what own; do
    others="$(sed -n "s/^$what //p" "$work/others")"
    echo "      $what: $own KiB, the C library's $others"
    ((own + 2048 >= others * 3 / 4)) || fail "$what, ulimit $limit"
  done <"$work/own"
done
echo "passed"
