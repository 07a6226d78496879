#!/bin/bash
# Builds the stand-ins of freestanding/ for system calls of this machine (Linux on amd64) and asks
# them whether they are what they stand in for. Run at the project's top.
#
# With "host" asks the same of the host's own library and GoogleTest, so that the questions are right;
# with "golden" writes down what they say of outcomes.cc.
set -uo pipefail

here=tests/freestanding
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export ATOLL_OBJECTS="$work/objects"
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

build() {
  freestanding/build.sh linux "$work/$1" "${@:2}" || exit 1
}

without_times() {
  sed -E -e 's/[0-9]+ ms/N ms/' -e '/^Running main/d'
}

# expect CODE TEXT PROGRAM ARGUMENTS...: how it ends, and a line that it must say.
expect() {
  local output code
  output="$("$work/$3" "${@:4}" 2>&1)"
  code=$?
  [[ $code == "$1" ]] || fail "${*:3} exited with $code, not with $1"
  grep -qxF -- "$2" <(without_times <<<"$output") || fail "${*:3} did not say '$2'"
}

host_build() {
  g++ -std=c++20 -I. -Wall -Wextra -Wconversion -Wshadow -Werror "${@:2}" -o "$work/$1" \
    -lgtest -lgtest_main -lpthread || exit 1
}

export GTEST_COLOR=no
case "${1:-}" in
  host)
    host_build library "$here/library_test.cc" "$here/streams_test.cc"
    host_build outcomes "$here/outcomes.cc"
    "$work/library" || exit 1
    diff "$here/outcomes.expected" <("$work/outcomes" | without_times)
    exit
    ;;
  golden)
    host_build outcomes "$here/outcomes.cc"
    "$work/outcomes" | without_times >"$here/outcomes.expected"
    exit
    ;;
esac

build library "$here/library_test.cc" "$here/streams_test.cc"
"$work/library" || fail "the library"

build outcomes "$here/outcomes.cc"
expect 1 "12 FAILED TESTS" outcomes
diff "$here/outcomes.expected" <("$work/outcomes" | without_times) ||
  fail "what is said differs from what GoogleTest says"

expect 0 "[==========] 2 tests from 1 test suite ran. (N ms total)" outcomes "--gtest_filter=Fixture.*"
expect 0 "[==========] 1 test from 1 test suite ran. (N ms total)" outcomes \
  "--gtest_filter=Fixture.*-*Anew"
expect 0 "[==========] 3 tests from 2 test suites ran. (N ms total)" outcomes \
  "--gtest_filter=Fixture.*:All/OfStr*/?-*/1"
expect 1 "[  FAILED  ] 1 test, listed below:" outcomes \
  "--gtest_filter=Failures.ThatAreFatalReturn:Fixture.*"
expect 1 "No test ran." outcomes "--gtest_filter=Nothing.*"
expect 0 "  IsMadeAnew" outcomes --gtest_list_tests

build deaths "$here/deaths.cc"
expect 134 "std::out_of_range: vector::_M_range_check: __n (which is %zu) >= this->size() (which is %zu)" \
  deaths "--gtest_filter=*.OfRange"
expect 134 "std::length_error: basic_string::_M_create" deaths "--gtest_filter=*.OfLength"
expect 134 "std::bad_alloc" deaths "--gtest_filter=*.OfMemory"
expect 134 "aborted" deaths "--gtest_filter=*.OfAbort"
expect 0 "[  SKIPPED ] DeathTests.AreLeftOut" deaths "--gtest_filter=DeathTests.*"

[[ $failures == 0 ]] && echo "self_test.sh: all is well"
exit $((failures != 0))
