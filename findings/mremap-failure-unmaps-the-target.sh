#!/bin/bash
# A failed mremap(MREMAP_MAYMOVE | MREMAP_FIXED) is expected to change nothing, as failed system
# calls do. On Linux 6.1 it unmaps the target first and looks at the source afterwards: where the
# source lies in two mappings (here because one page was given MADV_DONTDUMP) the call fails with
# EFAULT, and the target, which was mapped and held data, is gone. A caller that falls back to
# memcpy() writes to a hole, or to what another thread mapped there meanwhile.
#
# Seen with Debian 12's linux-image-6.1.0-57-cloud-amd64 (6.1.192-3) in Debian's qemu-system-x86
# 7.2:
#   source in one mapping: moved, target mapped
#   source in two mappings: EFAULT, target gone
# Linux 6.18 moves the pages in both cases.
#
# Needs gcc, python3, and Debian's package lists (apt-get update); root only if qemu-system-x86 is
# not installed yet.
set -euo pipefail

package=linux-image-6.1.0-57-cloud-amd64
version=6.1.192-3

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v qemu-system-x86_64 >/dev/null || apt-get install -y -qq qemu-system-x86 >/dev/null
apt-get download -qq "$package=$version"
dpkg -x "$package"_*.deb kernel

cat >init.c <<'END'
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

static char* pages(size_t size, char fill) {
  char* p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset(p, fill, size);
  return p;
}

static void try_to_move(const char* name, int in_two) {
  const size_t page = 4096;
  char* source = pages(2 * page, 1);
  char* target = pages(2 * page, 2);
  if (in_two) madvise(source + page, page, MADV_DONTDUMP);
  const int flags = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;
  void* const moved = mremap(source, 2 * page, 2 * page, flags, target);
  const char* result = moved != MAP_FAILED ? "moved" : errno == EFAULT ? "EFAULT" : strerror(errno);
  unsigned char resident[2];
  const int is_there = mincore(target, 2 * page, resident) == 0;
  printf("source in %s: %s, target %s\n", name, result, is_there ? "mapped" : "gone");
}

int main(void) {
  try_to_move("one mapping", 0);
  try_to_move("two mappings", 1);
  printf("finished\n");
  fflush(stdout);
  tcdrain(1);
  return 0;
}
END
gcc -O1 -static -o init init.c
# An archive of one file: what the kernel unpacks as its first file system.
python3 - init >initrd <<'END'
import sys

def entry(name, data, mode):
    fields = [0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + name + b"\0"
    head += b"\0" * (-len(head) % 4)
    return head + data + b"\0" * (-len(data) % 4)

with open(sys.argv[1], "rb") as file:
    program = file.read()
archive = entry(b"init", program, 0o100755) + entry(b"TRAILER!!!", b"", 0)
sys.stdout.buffer.write(archive)
END
timeout 120 qemu-system-x86_64 -M pc -m 512 -smp 1 -display none -nodefaults -serial stdio -no-reboot \
  -kernel kernel/boot/vmlinuz-* -initrd initrd \
  -append "console=ttyS0 panic=-1 quiet rdinit=/init" </dev/null 2>&1 | tr -d '\r' >console || true
grep -a "^source in\|^finished" console | tee seen
cat >expected <<'END'
source in one mapping: moved, target mapped
source in two mappings: EFAULT, target gone
finished
END
diff expected seen || { echo "not as it was seen before" >&2; exit 1; }
