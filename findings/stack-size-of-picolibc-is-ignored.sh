#!/bin/bash
# A program with --specs=picolibc.specs says how large its memories and its stack are with --defsym, and picolibc's linker
# script uses these symbols. It is expected that __stack_size is honoured like __ram_size. It is not: GCC puts the script
# in front of all other options, and the script asks whether __stack_size is DEFINED, which is so only behind the option. The
# linker says nothing, the stack has 2 KiB, and malloc()'s memory begins right below. With -Tpicolibc.ld behind the options
# the size is honoured.
#
# Seen with Debian 12's picolibc-arm-none-eabi 1.8-1, GCC 12.2 and binutils 2.40 (bytes above the heap):
#   --defsym=__stack_size=0x4000: 2048
#   --defsym=__stack_size=0x4000 -Tpicolibc.ld: 16384
#
# Needs gcc-arm-none-eabi and Debian's package lists (apt-get update).
set -euo pipefail

package=picolibc-arm-none-eabi
version=1.8-1

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq "$package=$version"
dpkg -x "$package"_*.deb picolibc
# The specs name the folder that the package is installed in.
sed "s|/usr/lib/picolibc|$work/picolibc/usr/lib/picolibc|g" \
  picolibc/usr/lib/picolibc/arm-none-eabi/picolibc.specs >picolibc.specs

echo 'extern char __heap_end[]; int main(void) { return (int)__heap_end; }' >program.c

# room OPTIONS: the bytes between the end of malloc()'s memory and the end of the RAM.
room() {
  arm-none-eabi-gcc --specs="$work/picolibc.specs" -mthumb -mcpu=cortex-m3 program.c \
    -Wl,--defsym=__flash=0 -Wl,--defsym=__flash_size=256K \
    -Wl,--defsym=__ram=0x20000000 -Wl,--defsym=__ram_size=64K "${@/#--defsym/-Wl,--defsym}" -o program
  local end stack
  end="$(arm-none-eabi-nm program | sed -n 's/ . __heap_end$//p')"
  stack="$(arm-none-eabi-nm program | sed -n 's/ . __stack$//p')"
  echo "$*: $((0x$stack - 0x$end))"
}

{
  room --defsym=__stack_size=0x4000
  room --defsym=__stack_size=0x4000 -Tpicolibc.ld
} | tee seen
cat >expected <<'END'
--defsym=__stack_size=0x4000: 2048
--defsym=__stack_size=0x4000 -Tpicolibc.ld: 16384
END
diff expected seen || { echo "not as it was seen before" >&2; exit 1; }
