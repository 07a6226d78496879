#!/bin/bash
# Builds a program of tests for a platform without a C++ library:
#   build.sh PLATFORM PROGRAM SOURCES...
# PLATFORM is a folder of this one, with its flags.txt and its sources; sources.txt, if it is there,
# names sources that it shares with others; link.txt options of the linker. Run at the project's top.
#
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

shopt -s nullglob
# The list is made of patterns.
# shellcheck disable=SC2046
sources=(freestanding/cxx/*.cc "$platform"/*.cc
  $(cat "$platform/sources.txt" 2>/dev/null || true))
# Where -ffreestanding holds, main() is a function like any other; GoogleTest's is extern "C".
link_flags=(--defsym=main=_Z4mainiPPc)
if [[ -z "${ATOLL_NO_TESTS:-}" ]]; then
  sources+=(freestanding/gtest/*.cc)
  link_flags=()
fi
[[ ! -f "$platform/link.txt" ]] || link_flags+=("@$platform/link.txt")
inputs=()
for source in "${sources[@]}" "$@"; do
  object="$objects/${source//\//_}.o"
  if [[ ! -f "$object" ]]; then
    "${CXX:-clang++-19}" "@$platform/flags.txt" -O1 -Wall -Wextra -Wconversion -Wshadow -Werror \
      -c "$source" -o "$object.new"
    mv "$object.new" "$object"
  fi
  inputs+=("$object")
done
[[ -n "${ATOLL_COMPILE_ONLY:-}" ]] || "${LD:-ld.lld-19}" -static "${link_flags[@]}" -o "$program" "${inputs[@]}"
