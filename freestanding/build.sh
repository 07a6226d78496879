#!/bin/bash
# Builds a program of tests for a platform without a C++ library:
#   build.sh PLATFORM PROGRAM SOURCES...
<<<<<<< HEAD
# PLATFORM is a folder of this one, with its flags.txt and its sources; sources.txt, if it is there,
# names sources that it shares with others. Run at the project's top.
=======
# PLATFORM is a folder of this one, with its flags.txt and its sources; link.txt, if it is there,
# holds the linker's options. Run at the project's top.
>>>>>>> main
#
# ATOLL_TARGET: the compiler's target, if it is not that of flags.txt. LD: the linker.
# ATOLL_OWN_MAIN: the sources have a main() of their own, extern "C", and no tests.
# ATOLL_OBJECTS: where objects are kept, and taken from if they are there already: for builds of
# many programs out of the same unchanged sources. ATOLL_COMPILE_ONLY: no program. ATOLL_NO_TESTS: a
# program with a main() of its own, without GoogleTest.
set -euo pipefail

platform="freestanding/$1" program="$2"
shift 2
objects="${ATOLL_OBJECTS:-}"
if [[ -z "$objects" ]]; then
  objects="$(mktemp -d)"
  trap 'rm -rf "$objects"' EXIT
fi
mkdir -p "$objects"

<<<<<<< HEAD
shopt -s nullglob
# The list is made of patterns.
# shellcheck disable=SC2046,SC2207
sources=(freestanding/cxx/*.cc "$platform"/*.cc
  $(cat "$platform/sources.txt" 2>/dev/null || true))
# Where -ffreestanding holds, main() is a function like any other; GoogleTest's is extern "C".
link_flags=(--defsym=main=_Z4mainiPPc)
if [[ -z "${ATOLL_NO_TESTS:-}" ]]; then
  sources+=(freestanding/gtest/*.cc)
  link_flags=()
fi
inputs=()
for source in "${sources[@]}" "$@"; do
=======
flags=("@$platform/flags.txt" ${ATOLL_TARGET:+"--target=$ATOLL_TARGET"})
link=(-static)
[[ ! -f "$platform/link.txt" ]] || link=("@$platform/link.txt")

inputs=()
tests=(freestanding/gtest/*.cc)
[[ -z "${ATOLL_OWN_MAIN:-}" ]] || tests=()
for source in "${tests[@]}" freestanding/cxx/*.cc "$platform"/*.cc "$@"; do
>>>>>>> main
  object="$objects/${source//\//_}.o"
  if [[ ! -f "$object" ]]; then
    "${CXX:-clang++-19}" "${flags[@]}" -O1 -Wall -Wextra -Wconversion -Wshadow -Werror \
      -c "$source" -o "$object.new"
    mv "$object.new" "$object"
  fi
  inputs+=("$object")
done
<<<<<<< HEAD
[[ -n "${ATOLL_COMPILE_ONLY:-}" ]] || "${LD:-ld.lld-19}" -static "${link_flags[@]}" -o "$program" "${inputs[@]}"
=======
[[ -n "${ATOLL_COMPILE_ONLY:-}" ]] || "${LD:-ld.lld-19}" "${link[@]}" -o "$program" "${inputs[@]}"
>>>>>>> main
