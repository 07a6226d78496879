#!/bin/bash
# The library that is preloaded: what C says of malloc(), the worst moments, misuse, and options.
set -euo pipefail

library="$PWD/$1" checker="$PWD/$2" rules="$3" moments="$4" misuse="$5" fresh="$6" other="$PWD/$7"
opened="$9" counting="$PWD/${10}" requests="${11}" sampled="${12}" heap_profile="${13}"
resident="${14}" large="${15}" asleep="${16}" large_reallocs="${17}" stack="${18}" kept="${19}"
# shellcheck source=tests/malloc/preload/preloaded.sh
source "$8"

echo "--- what C says, in every release of Go, and in every mode"
for release in 1.11 1.12 1.13 1.14 1.15 1.16 1.17 1.18 1.19 1.20 1.21 1.22 1.23 1.24 1.25 1.26 1.27; do
  preloaded "go=$release" "$rules" || fail "go=$release"
done
for options in checked=on profile_rate=4096 scavenge_delay=0 scavenge_delay=never hints=system \
  keep=0 keep=1000000 huge_pages=never huge_pages=always,keep=0 \
  go=1.26,hints=random; do
  preloaded "$options" "$rules" || fail "$options"
done

preloaded align=8 "$rules" || fail "align=8"
for options in align=16 align=16,go=1.27 align=16,checked=on; do
  preloaded "$options" "$rules" 16 || fail "$options"
done

echo "--- the requests of the heap's own tests"
"$requests" || fail "requests, with the C library's malloc"
for options in "" checked=on profile_rate=65536 go=1.17,scavenge_delay=0 go=1.26,hints=random \
  keep=0,huge_pages=always; do
  preloaded "$options" "$requests" "${ATOLL_SEED:-1}" || fail "requests: $options"
done

echo "--- the worst moments"
for moment in fork thread-ends keys signals memory; do
  preloaded "" timeout 100 "$moments" "$moment" || fail "$moment"
done
preloaded "checked=on" timeout 100 "$moments" fork || fail "fork, checked"
preloaded "" "$moments" other "$other" || fail "a block of the C library"

echo "--- large blocks grow, and leave no mappings behind"
"$large" >/dev/null || fail "large, with the C library's malloc"
for options in "" checked=on go=1.17; do
  preloaded "$options" "$large" >/dev/null || fail "large: $options"
done
"$large_reallocs" 2000 3 || fail "large_reallocs, with the C library's malloc"
for options in "" checked=on go=1.17,scavenge_delay=0; do
  for threads in 1 3; do
    preloaded "$options" "$large_reallocs" 10000 "$threads" "${ATOLL_SEED:-1}" || \
      fail "large_reallocs: $options, $threads threads"
  done
done

echo "--- opened by a program that runs, and behind another library"
"$opened" "$library" || fail "opened"
LD_PRELOAD="$counting:$library" "$moments" thread-ends 2>"$work/errors" || fail "counted"
grep -q "^calls: [1-9][0-9]*$" "$work/errors" || fail "nothing was counted: $(cat "$work/errors")"

echo "--- misuse is named"
misused() {
  local code=0
  preloaded "$1" "$misuse" "$2" 2>"$work/errors" || code=$?
  ((code >= 128)) || fail "$2 went unnoticed: exit code $code"
  grep -q -- "$3" "$work/errors" || fail "$2: $(cat "$work/errors")"
}
misused checked=on double "atoll: double free: 0xc0"
misused checked=on inside "atoll: free of a pointer inside of an object: 0xc0"
for what in double double-then-more double-apart; do
  misused "" "$what" "atoll: double free: 0xc0"
done
misused "" realloc-of-freed "atoll: free of a pointer that is not the heap's: 0xc0"
misused "" stack "invalid pointer"

echo "--- samples tell who allocated"
mkdir "$work/profiles"
preloaded "profile_rate=1,profile_file=$work/profiles/%p.heap" "$sampled" || fail "sampled"
for profile in "$work"/profiles/*.heap; do
  /usr/bin/python3 -B "$heap_profile" "$profile" "$sampled" >>"$work/profiles/all" || fail "$profile"
done
for expected in "keep 1000 1024000 1000 1024000" "drop 0 0 1000 3072000" \
  "hand_over 0 0 1000 2048000" "keep 0 0 1000 1024000"; do
  grep -q "^$expected\$" "$work/profiles/all" || fail "no '$expected': $(cat "$work/profiles/all")"
done
(cd "$work/profiles" && preloaded profile_rate=4096 "$OLDPWD/$sampled") || fail "sampled, by default"
compgen -G "$work/profiles/atoll.*.heap" >"$work/output" || fail "no atoll.%p.heap"
first="$(head -n 1 "$work/profiles"/atoll.*.heap | sed -n 2p)"
[[ "$first" == "heap profile: "*" @ heap_v2/4096" ]] || fail "the profile begins with $first"

echo "--- what is seldom needed is not there"
# Without options, which are seldom wanted.
LD_PRELOAD="$library" "$resident" || fail "resident"

echo "--- a thread's stack, with memory and without"
"$stack" || fail "stack, with the C library's malloc"
for options in "" checked=on; do
  preloaded "$options" "$stack" || fail "stack: $options"
done

echo "--- malloc_trim() reaches what threads hold that sleep"
# trimmed WHO THREADS OBJECTS KIB: no more than the C library's malloc keeps, 2 MiB and what cannot
# be reached: KIB.
trimmed() {
  local libc ours
  libc="$("$asleep" "$1" "$2" "$3")" || fail "asleep $*, with the C library's malloc"
  ours="$(LD_PRELOAD="$library" "$asleep" "$1" "$2" "$3")" || fail "asleep $*"
  ((ours <= libc + 2048 + $4)) || fail "asleep $*: $ours KiB, the C library's $libc"
}
# On the lists of each of few threads are some objects of each of some 35 sizes; each may keep a span.
trimmed main 8 25000 $((8 * 35 * 16))
# Of many, only the first 32 have such. The heap keeps the records that it needed for 217 MiB.
trimmed main 300 700 $((16 * 1024))
# And of what they freed themselves the first threads keep more on their lists, but the C library's, too.
trimmed own 300 700 $((8 * 1024))
# Threads that hardly allocated.
trimmed own 300 100 $((8 * 1024))

echo "--- what is freed stays resident as far as it may"
# stays OPTIONS LEAST MOST: KiB that are resident after 16 blocks of 8 MiB and one of 96 MiB were written and freed,
# beside those before.
stays() {
  local kib
  kib="$(ATOLL_OPTIONS="$1" LD_PRELOAD="$library" "$kept")" || fail "kept, $1"
  echo "    $1: $kib KiB"
  ((kib >= $2 && kib <= $3)) || fail "kept, $1: $kib KiB, not $2 to $3"
}
stays scavenge_delay=never 65536 245760
stays scavenge_delay=never,keep=auto 65536 245760
stays scavenge_delay=never,keep=0 0 3072
stays scavenge_delay=never,keep=16777216 8000 19456
stays scavenge_delay=never,keep=1000000000 196608 245760

echo "--- huge pages as the options say"
# The figure is 0 where the system has none to give.
huge() { ATOLL_OPTIONS="$1" LD_PRELOAD="$library" "$kept" huge || fail "kept huge, $1"; }
[[ "$(huge huge_pages=never)" == "0 0" ]] || fail "huge_pages=never: $(huge huge_pages=never)"
if grep -q '\[madvise\]' /sys/kernel/mm/transparent_hugepage/enabled; then
  read -r written copied <<<"$(huge huge_pages=auto)"
  ((written == 0 && copied > 0)) || fail "huge_pages=auto: $written $copied KiB"
  read -r written copied <<<"$(huge huge_pages=always)"
  ((written > 0 && copied > 0)) || fail "huge_pages=always: $written $copied KiB"
fi

echo "--- the first arena is at the port's hint 0, objects one behind the other"
first="$(preloaded "" "$fresh")"
[[ "$first" == 0xc0000[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f] ]] || fail "the first object is at $first"
first="$(preloaded hints=system "$fresh")"
[[ "$first" != 0xc000* ]] || fail "hints=system: $first"
first="$(preloaded go=1.26,hints=random "$fresh")"
[[ "$first" != 0xc00000* ]] || fail "hints=random: $first"

echo "--- options"
told() {
  ATOLL_OPTIONS="$1" LD_PRELOAD="$library" "$fresh" >"$work/output" 2>"$work/errors" || fail "$1"
  [[ "$(cat "$work/errors")" == "$2" ]] || fail "$1: $(cat "$work/errors")"
}
told "" ""
told ",,go=1.12,checked=off,hints=port,statistics=none," ""
told "colour=red" "atoll: ATOLL_OPTIONS: colour=red: no such key; 'help' lists them"
told "go" "atoll: ATOLL_OPTIONS: go: not 1.11 to 1.27; ignored"
told "go=1.28" "atoll: ATOLL_OPTIONS: go=1.28: not 1.11 to 1.27; ignored"
told "scavenge_delay=-1" \
  "atoll: ATOLL_OPTIONS: scavenge_delay=-1: not MILLISECONDS or never; ignored"
told "scavenge_delay=99999999999999999999" \
  "atoll: ATOLL_OPTIONS: scavenge_delay=99999999999999999999: not MILLISECONDS or never; ignored"
told "profile_rate=1k" "atoll: ATOLL_OPTIONS: profile_rate=1k: not BYTES; ignored"
told "keep=-1" "atoll: ATOLL_OPTIONS: keep=-1: not BYTES or auto; ignored"
told "keep=64M,align=32" "atoll: ATOLL_OPTIONS: keep=64M: not BYTES or auto; ignored
atoll: ATOLL_OPTIONS: align=32: not 8 or 16; ignored"
told "keep" "atoll: ATOLL_OPTIONS: keep: not BYTES or auto; ignored"
told "huge_pages=madvise" \
  "atoll: ATOLL_OPTIONS: huge_pages=madvise: not auto, never or always; ignored"
told "keep=0,keep=auto,keep=1000000000,huge_pages=always,huge_pages=never,huge_pages=auto" ""
told "checked=yes" "atoll: ATOLL_OPTIONS: checked=yes: not on or off; ignored"
told "report=xml" "atoll: ATOLL_OPTIONS: report=xml: not text or json; ignored"
told "align=32" "atoll: ATOLL_OPTIONS: align=32: not 8 or 16; ignored"
told "report_signal=KILL" \
  "atoll: ATOLL_OPTIONS: report_signal=KILL: not USR1, USR2, HUP, INT, TERM, or some of them with +; ignored"
told "hints=here" "atoll: ATOLL_OPTIONS: hints=here: not port, random or system; ignored"
told "statistics=xml" "atoll: ATOLL_OPTIONS: statistics=xml: not none, text or json; ignored"
told "profile_rate=1,profile_file=/nowhere/at/all" \
  "atoll: profile_file: /nowhere/at/all: cannot be written"
told "statistics=text,statistics_file=/nowhere/at/all" \
  "atoll: statistics_file: /nowhere/at/all: cannot be written"
ATOLL_OPTIONS=help LD_PRELOAD="$library" "$fresh" >"$work/output" 2>"$work/errors"
for key in go scavenge_delay keep huge_pages hints statistics statistics_file profile_rate profile_file checked report align report_signal; do
  grep -q "^  $key=" "$work/errors" || fail "help has no $key"
done
ATOLL_OPTIONS=statistics=text LD_PRELOAD="$library" "$fresh" 2>"$work/errors" >/dev/null
grep -q '^atoll: HeapObjects  *[1-9][0-9]*$' "$work/errors" || fail "$(cat "$work/errors")"
grep -q '^atoll:    112  *4[1-9] ' "$work/errors" || fail "$(cat "$work/errors")"
echo "passed"
