#!/bin/sh
# The fixed heap's sources compile without a warning as C++11, C++20 and C++23, with each compiler of
# these that is installed, and with every option. The result calls nothing, not even libgcc.
set -eu

warnings="-Wall -Wextra -Wconversion -Wshadow -pedantic -Werror"
object=${TEST_TMPDIR:-/tmp}/object.o
compiled=0

# COMPILER NM FLAGS...
compile() {
  compiler=$1 nm=$2
  shift 2
  command -v "$compiler" > /dev/null || return 0
  # shellcheck disable=SC2086 # They are several.
  "$compiler" $warnings -ffreestanding -fno-exceptions -fno-rtti -I. "$@" \
    -c src/fixed/atoll_fixed.cc -o "$object"
  compiled=$((compiled + 1))
  calls=$("$nm" --undefined-only "$object" | grep -v 'atoll_fixed_\|_GLOBAL_OFFSET_TABLE_') || return 0
  echo "$compiler $* calls $calls"
  exit 1
}

for options in "" -DATOLL_FIXED_LARGE \
  "-DATOLL_FIXED_QUICK=8 -DATOLL_FIXED_FILL -DATOLL_FIXED_OWNERS -DATOLL_FIXED_LOCK"; do
  for standard in 11 20 2b; do
    flags="-std=c++$standard $options"
    # shellcheck disable=SC2086
    {
      compile g++ nm -O2 $flags
      compile clang++-14 nm -O2 $flags
      compile clang++-19 nm -O2 $flags
      compile arm-none-eabi-g++ arm-none-eabi-nm -mthumb -mcpu=cortex-m0 -Os $flags
      compile arm-none-eabi-g++ arm-none-eabi-nm -mthumb -mcpu=cortex-m3 -O2 $flags
      compile riscv64-unknown-elf-g++ riscv64-unknown-elf-nm -march=rv32imac -mabi=ilp32 -Os $flags
    }
  done
done
test "$compiled" -gt 0

# The header is C, from C99 on.
for standard in 99 11 17; do
  printf '#include "src/fixed/atoll_fixed.h"\nint main(void) { return atoll_fixed_make(0, 0, 0) != 0; }\n' |
    gcc -std=c$standard -Wall -Wextra -pedantic -Werror -I. -x c -c - -o "$object"
done
echo "$compiled times without a warning"
