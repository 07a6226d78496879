# The compilers that are installed, for the tests of vendored files.
# shellcheck shell=sh

# shellcheck disable=SC2034 # For those who include this.
warnings="-Wall -Wextra -Wconversion -Wshadow -pedantic -Werror"

# Calls `$1 COMPILER FLAGS...` for each of them.
with_each_compiler() {
  for compiler in g++ clang++-14 clang++-19 x86_64-w64-mingw32-g++-posix i686-w64-mingw32-g++-posix; do
    if command -v "$compiler" > /dev/null; then "$1" "$compiler"; fi
  done
  wasi=/usr/include/wasm32-wasi
  wasi_cxx=/usr/lib/llvm-19/include/wasm32-wasi/c++/v1
  if test -d "$wasi" && test -d "$wasi_cxx"; then
    "$1" clang++-19 --target=wasm32-wasi -isystem "$wasi_cxx" -isystem "$wasi"
  fi
}

# The same for microcontrollers.
with_each_firmware_compiler() {
  if command -v arm-none-eabi-g++ > /dev/null; then
    "$1" arm-none-eabi-g++ -mthumb -mcpu=cortex-m0
    "$1" arm-none-eabi-g++ -mthumb -mcpu=cortex-m3
  fi
  if command -v riscv64-unknown-elf-g++ > /dev/null; then
    # Without a C library, its <stdint.h> is there only with -ffreestanding.
    "$1" riscv64-unknown-elf-g++ -ffreestanding -march=rv32imac -mabi=ilp32
    "$1" riscv64-unknown-elf-g++ -ffreestanding -march=rv64imac -mabi=lp64 -mcmodel=medany
  fi
}
