#!/bin/bash
# glibc's malloc() takes blocks above a threshold from mmap(), and the threshold is dynamic: mallopt(3) says that freeing such
# a block raises it, so that a program that allocates and frees one size again and again calls mmap() once. Not with
# aligned_alloc(): a block of 64 KiB at a multiple of 64 KiB is mapped and unmapped each time, for ever. glibc adds the
# alignment to the size before it compares it with the threshold of 128 KiB. When the block is freed, it raises the threshold
# to the size without what was skipped for the alignment, if at all, and so never to that sum.
#
# Seen with Debian 12's libc6 2.36-9+deb12u14 (mallinfo2().hblks while the block is in use):
#   malloc(140000), call 1: 1 mapped
#   malloc(140000), call 2: 0 mapped
#   malloc(140000), call 1000: 0 mapped
#   aligned_alloc(65536, 65536), call 1: 1 mapped
#   aligned_alloc(65536, 65536), call 2: 1 mapped
#   aligned_alloc(65536, 65536), call 1000: 1 mapped
#
# Needs gcc and Debian's package lists (apt-get update).
set -euo pipefail

package=libc6
version=2.36-9+deb12u14

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq "$package=$version"
dpkg -x "$package"_*.deb libc

cat >program.c <<'END'
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT_OF(call) #call
#define REPEAT(call)                                                  \
  for (int i = 1; i <= 1000; ++i) {                                   \
    void* const block = call;                                         \
    if (block == NULL) return 1;                                      \
    if (i <= 2 || i == 1000) {                                        \
      printf("%s, call %d: %zu mapped\n", TEXT_OF(call), i, mallinfo2().hblks); \
    }                                                                 \
    free(block);                                                      \
  }

int main(int count, char** arguments) {
  (void)arguments;
  if (count == 1) {
    REPEAT(malloc(140000));
  } else {
    REPEAT(aligned_alloc(65536, 65536));
  }
  return 0;
}
END
gcc -O0 -fno-builtin -o program program.c
libraries=libc/lib/x86_64-linux-gnu
# Each in a process of its own, since the threshold never falls again.
for way in "" aligned; do
  "$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" ./program $way
done | tee seen
cat >expected <<'END'
malloc(140000), call 1: 1 mapped
malloc(140000), call 2: 0 mapped
malloc(140000), call 1000: 0 mapped
aligned_alloc(65536, 65536), call 1: 1 mapped
aligned_alloc(65536, 65536), call 2: 1 mapped
aligned_alloc(65536, 65536), call 1000: 1 mapped
END
diff expected seen || { echo "not as it was seen before" >&2; exit 1; }
