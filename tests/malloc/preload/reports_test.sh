#!/bin/bash
# Statistics and samples of programs that are asked for them, are ended, or close their files.
set -euo pipefail

library="$PWD/$1" service="$2"
# shellcheck disable=SC2034 # preloaded.sh wants it
checker=""
# shellcheck source=tests/malloc/preload/preloaded.sh
source "$3"

# begin OPTIONS WAY: the process to ask is $asked.
mkfifo "$work/said" "$work/statistics" "$work/profile"
begin() {
  ATOLL_OPTIONS="$1" LD_PRELOAD="$library" "$service" "$2" >"$work/said" 2>"$work/errors" &
  begun=$!
  read -r _ asked <"$work/said" || fail "$2: $(cat "$work/errors")"
}

# ends_by NUMBER: what was begun ends by that signal.
ends_by() {
  local code=0
  wait "$begun" || code=$?
  ((code == 128 + $1)) || fail "exit code $code: $(cat "$work/errors")"
}

files="statistics=json,statistics_file=$work/statistics,profile_rate=1,profile_file=$work/profile"
is_profile() { grep -q '^heap profile: [1-9][0-9]*: [1-9].* @ heap_v2/1$' <<<"$1"; }

for way in idle busy child; do
  echo "--- $way"
  begin "report_signal=USR2,$files" "$way"
  for round in 1 2 3 4 5; do
    kill -USR2 "$asked"
    # Both are pipes: the writer waits for the reader, and the reader for the writer's end.
    profile="$(cat "$work/profile")"
    statistics="$(cat "$work/statistics")"
    is_profile "$profile" || fail "$way, $round: $profile"
    grep -q "^MAPPED_LIBRARIES:" <<<"$profile" || fail "$way: no libraries"
    python3 -c 'import json, sys; assert json.loads(sys.argv[1])["HeapObjects"] >= 100' "$statistics" ||
      fail "$way, $round: $statistics"
  done
  kill -KILL "$asked"
  ends_by 9
done

echo "--- what ends a process ends it after its reports"
for signal in HUP:1 INT:2 TERM:15; do
  rm -f "$work"/*.heap
  # A shell lets its background programs ignore INT, which is not wanted here.
  begin "report_signal=USR1+${signal%:*},profile_rate=1,profile_file=$work/%n.heap" idle
  kill "-${signal%:*}" "$asked"
  ends_by "${signal#*:}"
  is_profile "$(cat "$work/0.heap")" || fail "$signal: $(cat "$work/0.heap")"
done
begin "statistics=text" idle
kill -TERM "$asked"
ends_by 15
[[ ! -s "$work/errors" ]] || fail "a report without report_signal: $(cat "$work/errors")"

echo "--- reports reach standard error, whatever the program does with it"
for way in closes closes-all; do
  ATOLL_OPTIONS=statistics=text LD_PRELOAD="$library" "$service" "$way" "$work/other" 2>"$work/errors"
  grep -q '^atoll: HeapObjects  *[1-9][0-9]*$' "$work/errors" || fail "$way: $(cat "$work/errors")"
done
[[ ! -s "$work/other" ]] || fail "another file was written to: $(cat "$work/other")"

echo "--- functions"
told="$(ATOLL_OPTIONS=profile_rate=1,profile_file=/dev/null LD_PRELOAD="$library" "$service" functions)"
is_profile "$told" || fail "atoll_write_profile(): $told"
told="$(LD_PRELOAD="$library" "$service" functions)"
[[ "$told" == "" ]] || fail "there are no samples: $told"
echo "atoll: done"
