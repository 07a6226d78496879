#!/bin/sh
# What tools/vendor writes for the fixed heap compiles without a warning as C++11 to C++23, and its
# header as C99 to C17, with each compiler that is installed: in both forms, with every option.
set -eu
# shellcheck source=tests/vendor/compilers.sh
. tests/vendor/compilers.sh

here=${TEST_TMPDIR:-$(mktemp -d)}
compiled=0

tools/vendor "$here/three" --heap fixed
tools/vendor "$here/one" --heap fixed --single-file
tools/vendor "$here/renamed" --heap fixed --namespace Radio

cat > "$here/three_use.cc" << 'END'
#include "atoll_fixed.hpp"
struct Options : Atoll::FixedOptions {
  enum : unsigned { kQuickLengths = 8, kOwners = 1, kFill = 1 };
};
struct LargeOptions : Atoll::LargeFixedOptions {
  enum : unsigned { kOwners = 1 };
};
template class Atoll::BasicFixedHeap<Options>;
template class Atoll::BasicFixedHeap<LargeOptions>;
END
sed s/hpp/h/ "$here/three_use.cc" > "$here/one_use.cc"
printf '#define ATOLL_FIXED_IMPLEMENTATION\n#include "atoll_fixed.h"\n' > "$here/one_code.cc"
# Two copies in one program.
cat > "$here/renamed_use.cc" << 'END'
#include "../renamed/atoll_fixed.h"
#include "../renamed/atoll_fixed.hpp"
#include "../three/atoll_fixed.h"
#include "../three/atoll_fixed.hpp"
Radio::FixedHeap* make(void* buffer) {
  return radio_fixed_make(buffer, 1000, nullptr) == nullptr && atoll_fixed_make(buffer, 1000, nullptr) == nullptr
             ? Radio::FixedHeap::make(buffer, 1000)
             : nullptr;
}
END

# SOURCE FLAGS...
compile() {
  # shellcheck disable=SC2086 # They are several.
  $command $warnings -std=c++$standard -O1 -fno-exceptions -fno-rtti "$@" -c -o "$here/object.o"
  compiled=$((compiled + 1))
}

# COMPILER FLAGS...
with_compiler() {
  command=$*
  for standard in 11 14 17 20 2b; do
    compile "$here/three/atoll_fixed.cc"
    compile "$here/three_use.cc" "-I$here/three"
  done
  for standard in 11 2b; do
    compile "$here/three/atoll_fixed.cc" -DATOLL_FIXED_LARGE
    compile "$here/three/atoll_fixed.cc" -DATOLL_FIXED_QUICK=8 -DATOLL_FIXED_FILL \
      -DATOLL_FIXED_OWNERS -DATOLL_FIXED_LOCK
    compile "$here/one_use.cc" "-I$here/one"
    compile "$here/one_code.cc" "-I$here/one"
  done
  compile "$here/renamed/atoll_fixed.cc"
  compile "$here/renamed_use.cc" "-I$here/three"
}

with_each_compiler with_compiler
with_each_firmware_compiler with_compiler
test "$compiled" -gt 0

for standard in 99 11 17; do
  for form in three one renamed; do
    printf '#include "atoll_fixed.h"\nint main(void) { return sizeof(size_t) == 1; }\n' |
      gcc -std=c$standard -Wall -Wextra -pedantic -Werror "-I$here/$form" -x c -c - -o "$here/object.o"
  done
done
echo "$compiled times without a warning"

# A C program with everything in one header runs, without a C++ library.
cat > "$here/main.c" << 'END'
#include "atoll_fixed.h"
static uint64_t memory[2 << 10];
int main(void) {
  atoll_fixed* const heap = atoll_fixed_make(memory, sizeof memory, 0);
  void* const block = atoll_fixed_malloc(heap, 1000);
  const int is_whole = atoll_fixed_usable_size(heap, block) == 1000;
  atoll_fixed_free(heap, block);
  return !is_whole || atoll_fixed_owns(heap, block) || atoll_fixed_check(heap) != 0;
}
END
g++ -std=c++11 -fno-exceptions -fno-rtti -c "$here/one_code.cc" "-I$here/one" -o "$here/one.o"
gcc -std=c99 "-I$here/one" "$here/main.c" "$here/one.o" -o "$here/program"
"$here/program"
echo "a program with one header runs"
