#!/bin/bash
# madvise() is expected to fail with EINVAL for advice that does not exist: that is how programs find out what a kernel knows.
# Under qemu-user 7.2 every advice succeeds, numbers that no kernel has included, and so does MADV_HUGEPAGE, which does
# nothing there. A program that asks by trying takes all of it for supported.
#
# Seen with Debian 12's qemu-user-static 1:7.2+dfsg-7+deb12u18+b3 on Linux 6.18:
#   native: advice 12345: EINVAL
#   qemu: advice 12345: success
#
# Needs gcc with the static C library, and Debian's package lists (apt-get update).
set -euo pipefail

package=qemu-user-static
version=1:7.2+dfsg-7+deb12u18+b3

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq "$package=$version"
dpkg -x "$package"_*.deb qemu

cat >program.c <<'END'
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>

int main(int count, char** arguments) {
  void* const page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED || count < 2) return 1;
  const int result = madvise(page, 4096, 12345);
  printf("%s: advice 12345: %s\n", arguments[1], result == 0 ? "success" : errno == EINVAL ? "EINVAL" : "another error");
  return 0;
}
END
gcc -static -o program program.c
{ ./program native && qemu/usr/bin/qemu-x86_64-static ./program qemu; } | tee seen
cat >expected <<'END'
native: advice 12345: EINVAL
qemu: advice 12345: success
END
diff expected seen || { echo "not as it was seen before" >&2; exit 1; }
