#!/bin/bash
# The system's functions may call malloc() in turn: each that the library calls does, one after the
# other and all together.
set -euo pipefail

library="$PWD/$1" checker="$PWD/$2" inner="$4" interposing="$PWD/$5"
# shellcheck source=tests/malloc/preload/preloaded.sh
source "$3"

names() {
  nm -D "$@" | awk '{ sub(/@.*/, "", $NF); print $NF }' | sort -u
}

echo "--- each function that the library calls is known here"
# Functions that make no calls of the system, and functions that the library calls only while it holds
# no lock and nothing is half changed: fwrite() for reports, abort(), the C library's own malloc, and
# the functions that the start calls.
harmless="memcmp memcpy memmove memset strlen stderr environ __errno_location abort fwrite
  dlsym __register_atfork __libc_free __libc_realloc __libc_stack_end __environ
  dl_iterate_phdr getpagesize"
# And what reports on demand call, as well.
harmless+=" fcntl fstat kill sigaction sigfillset sem_init sem_post sem_wait pthread_create pthread_sigmask
  pthread_attr_init pthread_attr_destroy pthread_attr_setdetachstate pthread_attr_setstacksize"
names --undefined-only "$library" |
  grep -Ev '^(_ITM_|__cxa_|_ZSt|__gxx_|__gmon_start__$|_Unwind_)' >"$work/called"
{ names --defined-only "$interposing" && tr -s ' \n' '\n' <<<"$harmless"; } | sort -u >"$work/known"
comm -23 "$work/called" "$work/known" >"$work/unknown"
[[ ! -s "$work/unknown" ]] || fail "not interposed by interposing.c: $(tr '\n' ' ' <"$work/unknown")"

# The functions that are called most must be among those called here.
declare -A is_called=([mmap]=1 [munmap]=1 [madvise]=1 [mprotect]=1 [clock_gettime]=1 [syscall]=1 [all]=1)
for name in mmap munmap madvise mprotect mincore clock_gettime syscall sched_yield getauxval getenv \
  getpid open read write close pthread_key_create pthread_setspecific backtrace all; do
  for options in "" scavenge_delay=0 profile_rate=65536,profile_file="$work/profile"; do
    echo "--- $name $options"
    rm -rf "$work/statistics"
    mkdir "$work/statistics"
    # What may hang is not only the program's main(), and so not timeout's either.
    timeout -s KILL 60 env INTERPOSED="$name" LD_PRELOAD="$interposing:$library" \
      ATOLL_OPTIONS="$options${options:+,}statistics=json,statistics_file=$work/statistics/%p.json" \
      "$inner" >"$work/count" || fail "$name $options"
    /usr/bin/python3 -B "$checker" "$work/statistics" 1 || fail "$name $options: the statistics"
    ((is_called[$name] == 0 || $(cat "$work/count") > 0)) || fail "$name was never called"
  done
done
echo "passed"
