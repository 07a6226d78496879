#!/bin/bash
# The preloaded library in company: with other libraries that are preloaded, before it and behind it, with programs
# that have allocators, threads and collectors of their own, and with a debugger.
set -euo pipefail

library="$PWD/$1" checker="$PWD/$2" counting="$PWD/$5"
# shellcheck source=tests/malloc/preload/preloaded.sh
source "$3"
here="$PWD/$(dirname "$4")"
# shellcheck source=tests/malloc/programs/same.sh
source "$4"

python() { /usr/bin/python3 "$here/session.py"; }
python_malloc() { PYTHONMALLOC=malloc python; }

echo "--- libfaketime"
export FAKETIME="@2020-12-24 20:30:00"
faked() {
  date
  /usr/bin/python3 -c '
import threading, time
words = [[] for _ in range(4)]
def work(mine):
    for i in range(20000):
        mine.append(f"{i} {time.strftime("%Y-%m-%d")}" if i % 100 == 0 else "x" * (i % 500))
threads = [threading.Thread(target=work, args=(mine,)) for mine in words]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(words[3][100], sum(map(len, words[0])))'
  python_malloc
  /usr/bin/perl "$here/session.pl"
}
for faketime in /usr/lib/*/faketime/libfaketime.so.1 /usr/lib/*/faketime/libfaketimeMT.so.1; do
  beside="$faketime" fewest=4 same "$(basename "$faketime")" faked
done
unset FAKETIME
same faketime faketime -f "@2020-12-24 20:30:00" date

echo "--- a library that counts"
# How often it was called is not the same with every malloc(): never, if it stands behind ours.
counted() { "$@" 2>&1 | LD_PRELOAD="" sed 's/^calls: [0-9]*$/calls/'; }
beside="$counting" same counted-python counted python_malloc
beside="$counting" same counted-perl counted /usr/bin/perl "$here/session.pl"

same node node "$here/session.js"
same ruby ruby "$here/session.rb"

# The debugger and the program it runs have the library.
gcc -g -O0 -pthread "$here/debugged.c" -o "$work/debugged"
debugged() {
  SHELL=/bin/sh gdb -nx -batch "$@" -x "$here/debugged.gdb" "$work/debugged" 2>&1 |
    sed -E 's/process [0-9]+/process N/; s/Thread 0x[0-9a-f]+ \(LWP [0-9]+\)/Thread/'
}
same gdb debugged
debugged >"$work/expected"
grep -q "thread 100000" "$work/expected" || fail "gdb does not come to the end: $(cat "$work/expected")"
# Only the program has it.
debugged -iex "set environment LD_PRELOAD $library" >"$work/output"
diff "$work/expected" "$work/output" || fail "gdb sees something else"

dpkg-query -W -f '${Package} ${Version}\n' faketime gdb nodejs ruby
echo "passed"
