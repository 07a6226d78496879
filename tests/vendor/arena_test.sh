#!/bin/sh
# What tools/vendor writes for the heaps over an operating system: it compiles without a warning with
# each compiler that is installed, for every backend, and programs in C and C++ work with it.
set -eu
# shellcheck source=tests/vendor/compilers.sh
. tests/vendor/compilers.sh

here=${TEST_TMPDIR:-$(mktemp -d)}
flags="-std=c++20 -O1"

tools/vendor "$here/all" --heap arena --backend all
tools/vendor "$here/linux" --heap arena
tools/vendor "$here/malloc" --heap malloc
tools/vendor "$here/one" --heap malloc --single-file
tools/vendor "$here/renamed" --heap arena --namespace Server

# COMPILER FLAGS...: all backends, of which the compiler's system chooses.
with_compiler() {
  # shellcheck disable=SC2086 # They are several.
  "$@" $warnings $flags -fno-exceptions -fno-rtti -c "$here/all/atoll.cc" -o "$here/$1.o"
  echo "$1 ${2:-}: without a warning"
}
with_each_compiler with_compiler

# The other backends: with the headers of the tests for these systems.
shared=$(cat freestanding/flags.txt)
if command -v clang++-19 > /dev/null && test -d /usr/include/newlib/c++; then
  for triple in arm64-apple-macos12 x86_64-unknown-freebsd14 x86_64-unknown-netbsd10 x86_64-unknown-openbsd7; do
    # shellcheck disable=SC2086
    with_compiler clang++-19 --target=$triple $shared
  done
fi

# A copy without a backend for the system says so.
tools/vendor "$here/windows" --heap arena --backend windows
if g++ -std=c++20 -fsyntax-only "$here/windows/atoll.cc" 2> "$here/log"; then exit 1; fi
grep -q 'no backend for this system; tools/vendor --backend' "$here/log"

# A heap in a buffer, with the compilers for machines without a system.
tools/vendor "$here/buffer" --heap arena --backend fixed
in_buffer() {
  # shellcheck disable=SC2086
  "$@" $warnings -Wno-psabi -std=c++20 -Os -ffunction-sections -fno-exceptions -fno-rtti -c "$here/buffer/atoll.cc" \
    -o "$here/$1.o"
  echo "in a buffer, $1: without a warning"
}
if command -v arm-none-eabi-g++ > /dev/null && test -d /usr/include/newlib/c++; then
  in_buffer arm-none-eabi-g++ -mthumb -mcpu=cortex-m7
  # A whole program, with newlib's C library.
  # shellcheck disable=SC2086
  arm-none-eabi-g++ $warnings -Wno-psabi -std=c++20 -Os -fno-exceptions -fno-rtti -mthumb -mcpu=cortex-m7 \
    --specs=rdimon.specs "-I$here/buffer" tests/vendor/buffer_use.cc "$here/arm-none-eabi-g++.o" \
    -Wl,--gc-sections -o "$here/program.elf"
fi
if command -v riscv64-unknown-elf-g++ > /dev/null && test -d /usr/include/newlib/c++; then
  # This compiler has no C++ library.
  for machine in "-march=rv32imac -mabi=ilp32" "-march=rv64imac -mabi=lp64"; do
    # shellcheck disable=SC2046,SC2086
    in_buffer riscv64-unknown-elf-g++ --specs=picolibc.specs -fno-canonical-system-headers $machine \
      -mcmodel=medany $(cat freestanding/firmware/flags.txt)
  done
fi

# FOLDER SOURCE FLAGS...: a program with the code of that folder.
runs() {
  folder=$1 source=$2
  shift 2
  # shellcheck disable=SC2086
  "$@" $warnings "-I$here/$folder" -c "$source" -o "$here/use.o"
  # shellcheck disable=SC2086
  g++ $warnings $flags -pthread "$here/$folder/code.o" "$here/use.o" -o "$here/program"
  "$here/program"
  echo "$folder: $source runs"
}

for compiler in g++ clang++-19; do
  command -v $compiler > /dev/null || continue
  # shellcheck disable=SC2086
  for folder in linux malloc renamed buffer; do
    $compiler $warnings $flags -c "$here/$folder/atoll.cc" -o "$here/$folder/code.o"
  done
  printf '#define ATOLL_IMPLEMENTATION\n#include "atoll.hpp"\n' > "$here/one/code.cc"
  # shellcheck disable=SC2086
  $compiler $warnings $flags -c "$here/one/code.cc" -o "$here/one/code.o"
  for folder in linux malloc; do
    runs $folder tests/vendor/arena_use.c gcc -std=c99
  done
  for folder in linux malloc one; do
    runs $folder tests/vendor/arena_use.cc $compiler -std=c++20
  done
  runs malloc tests/vendor/malloc_use.cc $compiler -std=c++20
  runs buffer tests/vendor/buffer_use.cc $compiler -std=c++20
done

# Two copies in one program.
sed 's/\batoll_/server_/g' tests/vendor/arena_use.c > "$here/server.c"
printf 'int main_of_server(void);\nint main_of_other(void);\n' > "$here/both.c"
echo 'int main(void) { return main_of_server() + main_of_other(); }' >> "$here/both.c"
gcc -std=c99 -Dmain=main_of_server "-I$here/renamed" -c "$here/server.c" -o "$here/server.o"
gcc -std=c99 -Dmain=main_of_other "-I$here/linux" -c tests/vendor/arena_use.c -o "$here/other.o"
gcc -std=c99 -c "$here/both.c" -o "$here/both.o"
g++ -pthread "$here/both.o" "$here/server.o" "$here/other.o" "$here/renamed/code.o" \
  "$here/linux/code.o" -o "$here/program"
"$here/program"
echo "two copies run"
