#!/bin/bash
# Tests that the stand-in for GoogleTest prints what GoogleTest prints, and how its programs end:
#   outcomes_test.sh EXPECTED REAL STAND_IN DEATHS
# REAL and STAND_IN are outcomes.cc, with the one and the other; DEATHS is deaths.cc.
set -uo pipefail

expected="$1" real="$2" stand_in="$3" deaths="$4"
export GTEST_COLOR=no
# Bazel's wishes are for this test, not for its programs.
unset XML_OUTPUT_FILE TESTBRIDGE_TEST_ONLY TEST_SHARD_STATUS_FILE TEST_TOTAL_SHARDS TEST_SHARD_INDEX \
  TEST_PREMATURE_EXIT_FILE GTEST_OUTPUT
failures=0

fail() {
  echo "FAILED: $*" >&2
  failures=$((failures + 1))
}

without_times() {
  sed -E -e 's/[0-9]+ ms/N ms/' -e '/^Running main/d'
}

# expect CODE TEXT PROGRAM ARGUMENTS...: how it ends, and a line that it must say.
expect() {
  local output code
  output="$("${@:3}" 2>&1)"
  code=$?
  [[ $code == "$1" ]] || fail "${*:3} exited with $code, not with $1"
  grep -qxF -- "$2" <(without_times <<<"$output") || fail "${*:3} did not say '$2'"
}

for program in "$real" "$stand_in"; do
  expect 1 "12 FAILED TESTS" "$program"
  diff "$expected" <("$program" 2>/dev/null | without_times) || fail "what $program says"
  expect 0 "[==========] 2 tests from 1 test suite ran. (N ms total)" "$program" \
    "--gtest_filter=Fixture.*"
  expect 0 "[==========] 1 test from 1 test suite ran. (N ms total)" "$program" \
    "--gtest_filter=Fixture.*-*Anew"
  expect 0 "[==========] 3 tests from 2 test suites ran. (N ms total)" "$program" \
    "--gtest_filter=Fixture.*:All/OfStr*/?-*/1"
  expect 1 "[  FAILED  ] 1 test, listed below:" "$program" \
    "--gtest_filter=Failures.ThatAreFatalReturn:Fixture.*"
done

# Here the stand-in is stricter, or has no closing line for the runner.
expect 1 "No test ran." "$stand_in" "--gtest_filter=Nothing.*"
expect 1 "  IsMadeAnew" "$stand_in" --gtest_list_tests

expect 134 "std::out_of_range: vector::_M_range_check: __n (which is %zu) >= this->size() (which is %zu)" \
  "$deaths" "--gtest_filter=*.OfRange"
expect 134 "std::length_error: basic_string::_M_create" "$deaths" "--gtest_filter=*.OfLength"
expect 134 "std::bad_alloc" "$deaths" "--gtest_filter=*.OfMemory"
expect 134 "aborted" "$deaths" "--gtest_filter=*.OfAbort"
expect 0 "[  SKIPPED ] DeathTests.AreLeftOut" "$deaths" "--gtest_filter=DeathTests.*"

exit $((failures != 0))
