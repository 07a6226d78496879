#!/bin/bash
# munmap() and madvise() are expected to fail with EINVAL or ENOMEM for addresses that lie beyond those of any process, as on Linux:
# a program that has cut or mixed up an address learns of it. gVisor's kernel answers both with success for 2^62. It also takes
# MAP_FIXED_NOREPLACE for a wish: at a place in use the memory is put elsewhere, where Linux answers EEXIST.
#
# Seen with Debian 12's runsc 0.0~20221219.0-2+b3 on Linux 6.18:
#   Linux: munmap: EINVAL, madvise: ENOMEM, no-replace: EEXIST
#   gVisor: munmap: success, madvise: success, no-replace: elsewhere
#
# Needs gcc with the static C library, and Debian's package lists (apt-get update).
set -euo pipefail

package=runsc
version=0.0~20221219.0-2+b3

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq "$package=$version"
dpkg -x "$package"_*.deb gvisor

cat >program.c <<'C'
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static const char* name_of(int result) { return result == 0 ? "success" : strerrorname_np(errno); }

int main(int count, char** arguments) {
  if (count < 2) return 1;
  void* const nobodys = (void*)(1UL << 62);
  printf("%s: munmap: %s", arguments[1], name_of(munmap(nobodys, 4096)));
  printf(", madvise: %s", name_of(madvise(nobodys, 4096, MADV_NORMAL)));
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
  void* const taken = mmap(NULL, 4096, PROT_NONE, flags, -1, 0);
  void* const wished = mmap(taken, 4096, PROT_NONE, flags | MAP_FIXED_NOREPLACE, -1, 0);
  printf(", no-replace: %s\n", wished == MAP_FAILED ? name_of(-1) : wished == taken ? "replaced" : "elsewhere");
  return 0;
}
C
gcc -static -o program program.c
{
  ./program Linux
  gvisor/usr/bin/runsc --rootless --network=none --platform=ptrace --root="$work/root" "do" "$work/program" gVisor
} | tee seen
cat >expected <<'END_OF_TEXT'
Linux: munmap: EINVAL, madvise: ENOMEM, no-replace: EEXIST
gVisor: munmap: success, madvise: success, no-replace: elsewhere
END_OF_TEXT
diff expected seen || { echo "not as it was seen before" >&2; exit 1; }
