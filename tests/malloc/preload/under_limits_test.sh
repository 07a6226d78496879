#!/bin/bash
# The preloaded library where there is little: under limits of address space, of data, of locked
# memory, in a cgroup, and when the kernel has no more mappings for the process. The programs are those of
# rules_test.sh, and one that uses up what there is.
set -euo pipefail

# The least limits, in MiB, under which a program that needs next to nothing works. Each row of `programs` adds
# what its program needs itself.
least_address_space=32
least_data=8

library="$PWD/$1" checker="$PWD/$2" rules="$3" moments="$4" fresh="$5" requests="$6" exhausted="$7"
# shellcheck source=tests/malloc/preload/preloaded.sh
source "$8"
sleepers="$9"

# MiB that a program needs of its own, its threads and copies included, and its command.
programs=(
  "0 /bin/ls /"
  "0 $fresh"
  "0 $moments keys"
  "0 $moments signals"
  "0 $moments thread-ends"
  "16 $requests 1"
  "16 $moments fork"
  "64 $rules"
)

# limited LIMITS COMMAND...: LIMITS are arguments of ulimit. Each thread's stack is part of what is limited.
limited() {
  local limits="$1"
  shift
  # shellcheck disable=SC2086 # several arguments
  (ulimit -s 256 $limits && preloaded "$options" timeout 100 "$@" >"$work/output")
}

echo "--- little address space, and little data"
options=""
for program in "${programs[@]}"; do
  read -r own command <<<"$program"
  # shellcheck disable=SC2086 # a command's words
  limited "-v $(((least_address_space + own) << 10))" $command || fail "address space: $command"
  # shellcheck disable=SC2086
  limited "-d $(((least_data + own) << 10))" $command || fail "data: $command"
done

echo "--- with less, a program works or says why it cannot"
for limit in -d -v; do
  # The kernel itself needs some 3 MiB of address space to start a program.
  for kib in 4096 6144 8192 12288 16384 24576 49152 98304; do
    code=0
    (ulimit "$limit" "$kib" && LD_PRELOAD="$library" /bin/ls / >"$work/output" 2>"$work/errors") || code=$?
    ((code < 128)) || fail "$limit $kib: exit code $code: $(cat "$work/errors")"
    ((code == 0)) || [[ -s "$work/errors" ]] || fail "$limit $kib: exit code $code, and no word"
  done
done

# Root may lock any amount of memory, unless it drops that right.
confined=()
((UID != 0)) || confined=(setpriv --bounding-set=-ipc_lock --inh-caps=-ipc_lock)

echo "--- nothing may be locked, and everything is"
for limit in 0 64; do
  for program in "${programs[@]}"; do
    read -r own command <<<"$program"
    # shellcheck disable=SC2086
    limited "-l $limit" "${confined[@]}" $command || fail "-l $limit: $command"
  done
done
# The C library's malloc is not asked: it says EAGAIN for ENOMEM then.
limited "-l 8192" "${confined[@]}" "$exhausted" locked || fail "exhausted, locked"

echo "--- all that a limit leaves is used up, and it goes on"
for options in "" checked=on scavenge_delay=0 go=1.17; do
  for way in address-space data; do
    [[ -n "$options" ]] || "$exhausted" "$way" || fail "exhausted $way, with the C library's malloc"
    limited "" "$exhausted" "$way" || fail "exhausted $way: $options"
  done
  limited "-v $(((least_address_space + 64) << 10))" "$exhausted" outside || fail "-v: $options"
  limited "-d $(((least_data + 64) << 10))" "$exhausted" outside || fail "-d: $options"
done

echo "--- others sleep who have freed what they had"
# A thread gets most of what it would get alone. What the others keep on their lists nobody can take from them, and
# each such object keeps its span.
options=""
for limit in -v -d; do
  for size in 24 300 2000 40000 300000 1048576; do
    for how in fresh together in-turn; do
      limited "$limit 65536" "$sleepers" $how $size 64 || fail "sleepers $how $size, $limit"
      mv "$work/output" "$work/$how"
    done
    echo "    $limit, blocks of $size: $(cat "$work/together") and $(cat "$work/in-turn") of $(cat "$work/fresh") KiB"
    (($(cat "$work/together") * 2 >= $(cat "$work/fresh"))) || fail "sleepers, $size, $limit"
    # No request has failed before, so the lists of threads that sleep are long, and nobody can take from them.
    (($(cat "$work/in-turn") * 6 >= $(cat "$work/fresh"))) || fail "sleepers in turn, $size, $limit"
  done
done

echo "--- the kernel has no more mappings"
for spare in 0 1 2 4 16 100; do
  [[ "$spare" != 0 ]] || "$exhausted" mappings 0 || fail "mappings, with the C library's malloc"
  for options in "" checked=on scavenge_delay=0; do
    limited "" "$exhausted" mappings "$spare" || fail "exhausted, $spare mappings: $options"
  done
done

# Makes a cgroup, and sets `group` and `most`, the file that has its limit. Bash's children go into it by its
# file cgroup.procs.
make_group() {
  local own parent
  own="$(sed -n 's/^0:://p' /proc/self/cgroup)"
  for parent in "/sys/fs/cgroup$own" /sys/fs/cgroup /sys/fs/cgroup/memory; do
    group="$parent/atoll.$$"
    mkdir "$group" 2>/dev/null || continue
    [[ -e "$group/memory.max" ]] || echo +memory 2>/dev/null >"$parent/cgroup.subtree_control" || true
    for most in "$group/memory.max" "$group/memory.limit_in_bytes"; do
      [[ -w "$most" ]] && return 0
    done
    rmdir "$group"
  done
  return 1
}

# in_group MIB COMMAND...
in_group() {
  echo $(($1 << 20)) >"$most"
  shift
  (
    echo "$BASHPID" >"$group/cgroup.procs"
    exec "$@"
  )
}

echo "--- in a cgroup"
options=""
if make_group; then
  trap 'rmdir "$group"; rm -rf "$work"' EXIT
  [[ ! -e "$group/memory.swap.max" ]] || echo 0 >"$group/memory.swap.max"
  # Some MiB for what the command and timeout have of their files and of the kernel's.
  for program in "${programs[@]}"; do
    read -r own command <<<"$program"
    # shellcheck disable=SC2086
    LD_PRELOAD="$library" in_group $((own + 12)) timeout 100 $command >"$work/output" ||
      fail "in a cgroup: $command"
  done
  # A kernel refuses nothing here, it kills. So a process may use less of the limit: the heap does not learn of it, and
  # keeps what it would keep without one.
  for size in 64 2000 300000 1048576 3145728; do
    LD_PRELOAD="$library" in_group 64 "$sleepers" together $size 24 >"$work/output" || fail "in a cgroup: sleepers $size"
  done
  LD_PRELOAD="$library" in_group 8 /usr/bin/python3 -c 'bytearray(64 << 20)' 2>"$work/errors" &&
    fail "the cgroup limits nothing"
else
  echo "NOT TESTED: no cgroup with a memory limit can be made here: as root, not in a sandbox, it can"
fi
echo "passed"
