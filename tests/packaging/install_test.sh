#!/bin/bash
# The archive in an empty prefix: programs find it with pkg-config and with CMake, and run.
set -euo pipefail
archive="$1"
here="${TEST_TMPDIR:-$(mktemp -d)}"
prefix="$here/a prefix"
mkdir -p "$prefix" "$here/project" "$here/pkg"
tar -xzf "$archive" -C "$prefix"
# For the loader and pkg-config, which take no spaces.
ln -s "$prefix" "$here/prefix"

"$prefix/bin/atoll" hints --goos linux --goarch amd64 --format csv >"$here/hints"
grep -q 0xc000000000 "$here/hints"

# As with LD_PRELOAD on a system that has it: by its SONAME.
kind="$(LD_PRELOAD="$here/prefix/lib/libatoll.so.0" ATOLL_OPTIONS=statistics=json python3 -c 'print(1)' 2>&1)"
grep -q '"' <<<"$kind"

# --- pkg-config ---
export PKG_CONFIG_PATH="$here/prefix/lib/pkgconfig" LD_LIBRARY_PATH="$here/prefix/lib"
build() {
  local compiler="$1" package="$2" source="$3" flags
  shift 3
  read -ra flags <<<"$(pkg-config --cflags --libs "$package")"
  "$compiler" "$@" "tests/vendor/$source" "${flags[@]}" -o "$here/pkg/program"
  "$here/pkg/program"
  echo "pkg-config $package: $source runs"
}
build gcc atoll arena_use.c -std=c99
build g++ atoll malloc_use.cc -std=c++17 -pthread
readelf -d "$here/pkg/program" | grep -q 'NEEDED.*libatoll[.]so[.]0\]'
build g++ atoll-static arena_use.cc -std=c++20
build g++ atoll-static malloc_use.cc -std=c++20
if readelf -d "$here/pkg/program" | grep -q 'NEEDED.*libatoll'; then
  echo "FAILED: the static library leads to the shared one" >&2
  exit 1
fi
unset LD_LIBRARY_PATH PKG_CONFIG_PATH

# --- CMake ---
cp tests/packaging/CMakeLists.txt tests/vendor/*_use.c* "$here/project"
cmake -S "$here/project" -B "$here/build" "-DCMAKE_PREFIX_PATH=$prefix" >"$here/log"
cmake --build "$here/build" >>"$here/log" || {
  cat "$here/log"
  exit 1
}
for program in in_c in_cxx malloc_shared malloc_static; do
  "$here/build/$program"
  echo "CMake: $program runs"
done
sed -i 's/find_package(Atoll 0.1/find_package(Atoll 9.1/' "$here/project/CMakeLists.txt"
if cmake -S "$here/project" -B "$here/other" "-DCMAKE_PREFIX_PATH=$prefix" >"$here/log" 2>&1; then
  echo "FAILED: CMake takes it for version 9.1" >&2
  exit 1
fi
grep -q "version: 0" "$here/log"
echo "atoll: done"
