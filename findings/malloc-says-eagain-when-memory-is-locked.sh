#!/bin/bash
# malloc() without memory is expected to set errno to ENOMEM: malloc(3) and the C library's manual name no other
# error. glibc's passes on what the kernel said, once the process has had a second thread: if it locks what it maps
# (mlockall(MCL_FUTURE)) and has reached RLIMIT_MEMLOCK, that is EAGAIN, "Resource temporarily unavailable".
# Programs that tell "no memory" by ENOMEM do not see it, and one that tries again at EAGAIN never ends. Before the
# first thread is made the same calls say ENOMEM, and so they do always at a limit of address space (RLIMIT_AS).
#
# Seen with Debian 12's libc6 2.36-9+deb12u14 on Linux 6.18:
#   RLIMIT_AS, one thread: malloc ENOMEM, calloc ENOMEM, realloc ENOMEM
#   RLIMIT_AS, after a second thread: malloc ENOMEM, calloc ENOMEM, realloc ENOMEM
#   RLIMIT_MEMLOCK, one thread: malloc ENOMEM, calloc ENOMEM, realloc ENOMEM
#   RLIMIT_MEMLOCK, after a second thread: malloc EAGAIN, calloc EAGAIN, realloc EAGAIN
#
# Needs gcc, setpriv if run by root, and Debian's package lists (apt-get update).
set -euo pipefail

package=libc6
version=2.36-9+deb12u14

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq "$package=$version"
dpkg -x "$package"_*.deb libc

cat >program.c <<'END'
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

static const char* result(const void* block) {
  return block != NULL ? "a block" : errno == ENOMEM ? "ENOMEM" : errno == EAGAIN ? "EAGAIN" : strerror(errno);
}

static void* nothing(void* context) { return context; }

int main(int count, char** arguments) {
  const int is_locked = count > 1 && strcmp(arguments[1], "RLIMIT_MEMLOCK") == 0;
  const size_t size = 64 << 20;
  char* const old = malloc(1000);
  if (count > 2) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, &nothing, NULL) != 0) return 1;
    pthread_join(thread, NULL);
  }
  if (is_locked) {
    if (mlockall(MCL_FUTURE) != 0) return perror("mlockall"), 1;
  } else {
    const struct rlimit limit = {32 << 20, 32 << 20};
    if (setrlimit(RLIMIT_AS, &limit) != 0) return perror("setrlimit"), 1;
  }
  printf("%s, %s: malloc %s, ", arguments[1], count > 2 ? "after a second thread" : "one thread", result(malloc(size)));
  printf("calloc %s, ", result(calloc(size, 1)));
  printf("realloc %s\n", result(realloc(old, size)));
  return 0;
}
END
gcc -O0 -fno-builtin -o program program.c
libraries=libc/lib/x86_64-linux-gnu
# Root may lock what it likes, unless it drops the right.
confined=()
((UID != 0)) || confined=(setpriv --bounding-set=-ipc_lock --inh-caps=-ipc_lock)
ulimit -S -l 64
for limit in RLIMIT_AS RLIMIT_MEMLOCK; do
  for thread in "" thread; do
    "${confined[@]}" "$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" ./program "$limit" $thread
  done
done | tee seen
cat >expected <<'END'
RLIMIT_AS, one thread: malloc ENOMEM, calloc ENOMEM, realloc ENOMEM
RLIMIT_AS, after a second thread: malloc ENOMEM, calloc ENOMEM, realloc ENOMEM
RLIMIT_MEMLOCK, one thread: malloc ENOMEM, calloc ENOMEM, realloc ENOMEM
RLIMIT_MEMLOCK, after a second thread: malloc EAGAIN, calloc EAGAIN, realloc EAGAIN
END
diff expected seen || { echo "not as it was seen before" >&2; exit 1; }
