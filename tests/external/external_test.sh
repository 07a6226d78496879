#!/bin/bash
# A stranger's workspace depends on Atoll: it builds without a network, a warning or a flag, and its programs run.
set -euo pipefail
bazel="$1"

fail() {
  echo "FAILED: $1" >&2
  exit 1
}

# Not below TEST_TMPDIR: Bazel refuses to work inside of another Bazel's folders.
folder="$(mktemp -d /tmp/atoll-external-XXXXXX)"
clean_up() {
  run_bazel shutdown >/dev/null 2>&1 || true
  chmod -R u+w "$folder"
  rm -rf "$folder"
}
trap clean_up EXIT

# The stranger's own settings only, and a server of its own. The sandbox of a test allows no other inside of it.
run_bazel() {
  local command="$1"
  shift
  (cd "$folder/atoll/examples/external" &&
    HOME="$folder" "$bazel" --nohome_rc --output_user_root="$folder/bazel" --max_idle_secs=60 \
      "$command" "$@")
}

# What the test names as its data, and nothing else.
cp -RL . "$folder/atoll"

options=(--spawn_strategy=local --color=no --curses=no --show_progress_rate_limit=3600)
run_bazel build "${options[@]}" //... >"$folder/log" 2>&1 || fail "the build: $(cat "$folder/log")"
if grep "warning: \|^WARNING: .*atoll" "$folder/log"; then
  fail "the build has warnings"
fi

expect() {
  local output
  output="$("$folder/atoll/examples/external/bazel-bin/$1")" || fail "$1 ends with $?"
  [[ "$output" =~ $2 ]] || fail "$1 prints $output"
}
expect own_heap '^an object of 112 bytes at 0x'
expect in_c '^112 bytes may be used$'
expect plain "^malloc is Atoll's, new is Atoll's$"

# Neither the tests' libraries nor the tools of this machine.
fetched="$(ls "$(run_bazel info output_base 2>/dev/null)/external")"
if grep "googletest\|local_tools\|cli11\|fmt\|benchmark\|nlohmann" <<<"$fetched"; then
  fail "the stranger's build fetches them"
fi
run_bazel cquery "${options[@]}" 'deps(//...)' >"$folder/used" 2>"$folder/log" ||
  fail "cquery: $(cat "$folder/log")"
grep -q "atoll~\?//src/heap:heap" "$folder/used" || fail "the heap is not among the dependencies"
if grep "atoll~\?//\(toolchains\|tests\|tools\|bench\)" "$folder/used"; then
  fail "the stranger's build needs them"
fi
echo "atoll: done"
