#!/bin/bash
# aligned_alloc() is a function of C11 that newlib's <stdlib.h> declares and libc.a contains. A program that calls it is
# expected to link. With Debian 12's newlib for ARM it does not: aligned_alloc() calls posix_memalign(), which this libc.a
# does not contain. So a C++ program that makes an object of more than the usual alignment (new of an alignas(64) type)
# does not link either.
#
# Seen with Debian 12's libnewlib-arm-none-eabi 3.3.0-1.3+deb12u1:
#   aligned_alloc: undefined reference to `posix_memalign'
#   memalign: links
#
# Needs gcc-arm-none-eabi and Debian's package lists (apt-get update).
set -euo pipefail

package=libnewlib-arm-none-eabi
version=3.3.0-1.3+deb12u1

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq "$package=$version"
dpkg -x "$package"_*.deb newlib
libc=newlib/usr/lib/arm-none-eabi/newlib/thumb/v7-m/nofp/libc.a

for function in aligned_alloc memalign; do
  echo "void* $function(unsigned, unsigned); void _start(void); void _start(void) { $function(64, 64); }" >program.c
  arm-none-eabi-gcc -mthumb -mcpu=cortex-m3 -fno-builtin -nostdlib -Wl,--defsym=end=0x20000000 program.c \
    -Wl,--start-group "$libc" -lgcc -lnosys -Wl,--end-group -o program 2>errors || true
  grep -o "undefined reference to .*" errors | sort -u | sed "s/^/$function: /" | grep . ||
    echo "$function: links"
done | tee seen
cat >expected <<'END'
aligned_alloc: undefined reference to `posix_memalign'
memalign: links
END
diff expected seen || { echo "not as it was seen before" >&2; exit 1; }
