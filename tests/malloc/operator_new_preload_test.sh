#!/bin/bash
# operator new as a library that is preloaded, into a C program, which does not load a C++ library
# for it, and into a C++ program.
set -euo pipefail
library="$PWD/$1" c_program="$2" cxx_program="$3" opens="$4"
plugins=("$PWD/$5" "$PWD/$6")

fail() {
  echo "FAILED: $1" >&2
  exit 1
}

needed="$(readelf -d "$library" | grep NEEDED)"
echo "$needed"
[[ "$needed" != *libstdc++* ]] || fail "the library asks for libstdc++"
[[ "$needed" != *libgcc* ]] || fail "the library asks for libgcc"

for variable in LD_BIND_NOW LD_BIND_LATER; do
  for program in "$c_program" "$cxx_program"; do
    output="$(env "$variable=1" "LD_PRELOAD=$library" "$program")" || fail "$program: $output"
    [[ "$output" == "has run" ]] || fail "$program said: $output"
  done
done

# A C program opens a C++ library later.
! readelf -d "$opens" | grep -q 'NEEDED.*stdc++' || fail "the C program asks for libstdc++"
for plugin in "${plugins[@]}"; do
  output="$(LD_PRELOAD="$library" "$opens" "$plugin" 2>&1)" || fail "$plugin: $output"
  [[ "$output" == "has run" ]] || fail "$plugin: $output"
done

# Nobody catches: the C++ library says so.
if output="$(LD_PRELOAD="$library" "$cxx_program" end 2>&1)"; then fail "no memory was no error"; fi
[[ "$output" == *bad_alloc* ]] || fail "no memory was told as: $output"

# Nobody could catch.
code=0
output="$(LD_PRELOAD="$library" "$c_program" new 2>&1)" || code="$?"
[[ "$code" -eq 134 ]] || fail "no memory in a C program: exit code $code"
expected=$'new works\natoll: operator new: no memory for 9223372036854775807 bytes'
[[ "$output" == "$expected"* ]] || fail "no memory in a C program was told as: $output"

echo "atoll: done"
