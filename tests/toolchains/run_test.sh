#!/bin/bash
# Tests how run.sh judges programs, with substitutes for them: run_test.sh RUN_SH
set -uo pipefail
run_sh="$1"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# program NAME: an executable of that name in the folder, whose script is standard input.
program() {
  mkdir -p "$(dirname "$work/$1")"
  { echo "#!/bin/bash" && cat; } >"$work/$1"
  chmod +x "$work/$1"
}

# expect CODE RUN_SH_ARGUMENTS...: output goes to $work/output.
expect() {
  local code=0
  ATOLL_TOOLS="$work" bash "$run_sh" "${@:2}" >"$work/output" 2>&1 || code=$?
  [[ "$code" == "$1" ]] || fail "exit code $code instead of $1: ${*:2}: $(cat "$work/output")"
}

program complete <<'END'
echo "arguments: $*"
echo "atoll: done"
exit "${CODE:-0}"
END
program silent <<<"exit 0"

expect 0 native "" "$work/complete" one two
grep -qx "arguments: one two" "$work/output" || fail "arguments are not passed on"
CODE=3 expect 3 native "" "$work/complete"
expect 1 native "" "$work/silent"
grep -q "did not run to its end" "$work/output" || fail "nothing is said of a program that said nothing"
expect 2 nonsense "" "$work/complete"

# Firmware: the emulator of that processor gets the machine and the program's words, and its code counts.
program bin/qemu-system-board <<'END'
[[ "$*" != --version ]] || { echo "QEMU emulator version 9.8.7 (Debian)"; exit 0; }
echo "options: $*"
[[ -z "${FAULT:-}" ]] || exit 1
echo "atoll: done"
exit "${CODE:-0}"
END
PATH="$work/bin:$PATH"
expect 0 firmware "board -M small -bios none" "$work/complete" one two,three
grep -q "^options: -M small -bios none .*arg=program,arg=one,arg=two,,three -kernel $work/complete\$" \
  "$work/output" || fail "firmware is run with $(cat "$work/output")"
CODE=4 expect 4 firmware "board -M small" "$work/complete"
FAULT=1 expect 1 firmware "board -M small" "$work/complete"
grep -q "did not run to its end" "$work/output" || fail "nothing is said of firmware that faulted"
ATOLL_DESCRIBE_RUNNER=1 expect 0 firmware "board -M small -bios none" "$work/complete"
grep -qx "firmware, QEMU 9.8.7 (small)" "$work/output" || fail "firmware is described as $(cat "$work/output")"

# Wine: the server ends with the program, however that ended, before the next program may start.
program wine32/usr/lib/wine/wine <<'END'
echo "begin $2" >>"$WINEPREFIX/events"
sleep 0.2
"$@"
END
program wine32/usr/lib/wine/wineserver32 <<'END'
echo "server $*" >>"$WINEPREFIX/events"
END
mkdir "$work/wine32-prefix"
for name in a b; do
  ATOLL_TOOLS="$work" bash "$run_sh" wine 32 "$work/complete" "$name" >/dev/null 2>&1 &
done
wait
CODE=5 expect 5 wine 32 "$work/complete" c
events="$(tr '\n' ' ' <"$work/wine32-prefix/events")"
case "$events" in
  "begin a server -k begin b server -k begin c server -k ") ;;
  "begin b server -k begin a server -k begin c server -k ") ;;
  *) fail "events are $events" ;;
esac

[[ "$failures" == 0 ]] && echo "all as expected"
exit $((failures != 0))
