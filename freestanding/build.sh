#!/bin/bash
# Builds a program of tests for a platform without a C++ library:
#   build.sh PLATFORM PROGRAM SOURCES...
# PLATFORM is a folder of this one, with its flags.txt and its sources; link.txt, if it is there,
# holds the linker's options. Run at the project's top.
#
# ATOLL_TARGET: the compiler's target, if it is not that of flags.txt. LD: the linker.
# ATOLL_OWN_MAIN: the sources have a main() of their own, extern "C", and no tests.
# ATOLL_OBJECTS: where objects are kept, and taken from if they are there already: for builds of
# many programs out of the same unchanged sources. ATOLL_COMPILE_ONLY: no program.
set -euo pipefail

platform="freestanding/$1" program="$2"
shift 2
objects="${ATOLL_OBJECTS:-}"
if [[ -z "$objects" ]]; then
  objects="$(mktemp -d)"
  trap 'rm -rf "$objects"' EXIT
fi
mkdir -p "$objects"

flags=("@$platform/flags.txt" ${ATOLL_TARGET:+"--target=$ATOLL_TARGET"})
link=(-static)
[[ ! -f "$platform/link.txt" ]] || link=("@$platform/link.txt")

inputs=()
tests=(freestanding/gtest/*.cc)
[[ -z "${ATOLL_OWN_MAIN:-}" ]] || tests=()
for source in "${tests[@]}" freestanding/cxx/*.cc "$platform"/*.cc "$@"; do
  object="$objects/${source//\//_}.o"
  if [[ ! -f "$object" ]]; then
    "${CXX:-clang++-19}" "${flags[@]}" -O1 -Wall -Wextra -Wconversion -Wshadow -Werror \
      -c "$source" -o "$object.new"
    mv "$object.new" "$object"
  fi
  inputs+=("$object")
done
[[ -n "${ATOLL_COMPILE_ONLY:-}" ]] || "${LD:-ld.lld-19}" "${link[@]}" -o "$program" "${inputs[@]}"
