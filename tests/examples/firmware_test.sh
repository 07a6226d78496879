#!/bin/bash
# Builds the examples of firmware with make, outside of Bazel's folders, and runs them under QEMU.
set -euo pipefail

tree="$TEST_TMPDIR/tree"
mkdir -p "$tree/src/malloc" "$tree/examples"
cp -rL src/fixed "$tree/src"
cp -rL src/malloc/firmware "$tree/src/malloc"
cp -rL examples/firmware "$tree/examples"

# example FOLDER PROCESSOR NM VARIABLES...
example() {
  local folder="$tree/examples/firmware/$1" processor="$2" nm="$3" output
  shift 3
  echo "$folder for $processor $*"
  make -s -C "$folder" clean
  output="$(timeout 60 make -s -C "$folder" run "PROCESSOR=$processor" "$@")" || {
    echo "$output"
    exit 1
  }
  for line in 'the station begins' 'roof    288 readings, lowest 13.0 at 12:55, highest 22.9 at 20:25' \
      'heap: [0-9]* bytes, [0-9]* in use now, [0-9]* at most' '[0-9]* blocks of 24 bytes filled it' \
      'the station is done'; do
    grep -qx "$line" <<<"$output" || { echo "no '$line' in: $output"; exit 1; }
  done
  # Nothing is left of the library's own malloc().
  if "$nm" "$folder/station.elf" | grep -E '__malloc_av_|__malloc_free_list|_sbrk_r'; then
    echo "the library's own malloc() is in the program"
    exit 1
  fi
}

for processor in cortex-m0 cortex-m3 cortex-m33; do
  example picolibc "$processor" arm-none-eabi-nm
  example newlib "$processor" arm-none-eabi-nm
  example newlib "$processor" arm-none-eabi-nm LIBRARY=nano
done
# The heap's options, and every standard, without a warning.
strict="-Wconversion -Wshadow -pedantic -Werror"
for standard in 11 20 2b; do
  example picolibc cortex-m3 arm-none-eabi-nm "OPTIONS=-DATOLL_FIXED_QUICK=8 $strict -std=c++$standard"
  example newlib cortex-m3 arm-none-eabi-nm "OPTIONS=-DATOLL_FIXED_FILL -DATOLL_FIXED_LARGE $strict -std=c++$standard"
done
for processor in rv32imac rv64imac; do
  example picolibc "$processor" riscv64-unknown-elf-nm
done
