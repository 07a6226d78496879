#!/bin/bash
# aligned_alloc(alignment, size) is expected to return a multiple of the alignment. mimalloc 2.0.9 does not where the size
# is the alignment, for alignments of 256, 512 and 1024: no block of 200 is aligned. posix_memalign() and memalign() of
# the same numbers return such blocks too. In mimalloc 3.6 (Debian sid) all are aligned.
#
# Seen with Debian 12's libmimalloc2.0 2.0.9+ds-2 (blocks of 200 that are not aligned):
#   aligned_alloc(128, 128): 0
#   aligned_alloc(256, 256): 200
#   aligned_alloc(512, 512): 200
#   aligned_alloc(1024, 1024): 200
#   aligned_alloc(2048, 2048): 0
#
# Needs gcc and Debian's package lists (apt-get update).
set -euo pipefail

package=libmimalloc2.0
version=2.0.9+ds-2

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq "$package=$version"
dpkg -x "$package"_*.deb mimalloc

cat >program.c <<'END'
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  for (size_t alignment = 128; alignment <= 2048; alignment *= 2) {
    int count = 0;
    for (int i = 0; i < 200; ++i) {
      void* const block = aligned_alloc(alignment, alignment);
      if (block == NULL) return 1;
      count += (uintptr_t)block % alignment != 0;
    }
    printf("aligned_alloc(%zu, %zu): %d\n", alignment, alignment, count);
  }
  return 0;
}
END
gcc -O0 -fno-builtin -o program program.c
LD_PRELOAD="$(echo "$PWD"/mimalloc/usr/lib/*/libmimalloc.so.2.0)" ./program | tee seen
cat >expected <<'END'
aligned_alloc(128, 128): 0
aligned_alloc(256, 256): 200
aligned_alloc(512, 512): 200
aligned_alloc(1024, 1024): 200
aligned_alloc(2048, 2048): 0
END
diff expected seen || { echo "not as it was seen before" >&2; exit 1; }
