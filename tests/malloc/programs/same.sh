# shellcheck shell=bash
# Runs a command with and without the preloaded library, and compares; sourced by tests, after preloaded.sh.
# shellcheck disable=SC2154

export HOME="$work" LC_ALL=C.UTF-8

# in_new_folder NAME COMMAND...
in_new_folder() {
  rm -rf "${work:?}/$1"
  mkdir "$work/$1"
  (cd "$work/$1" && "${@:2}")
}

# same NAME COMMAND...: compares everything that it prints, and its exit code. `beside` is another library that is preloaded in
# both runs: before ours, and behind it. In every mode: a correct program is never accused of misuse.
same() {
  local name="$1" atoll="$library" orders=("$library") library options code=0 expected_code=0
  shift
  echo "--- $name"
  [[ -z "${beside:-}" ]] || orders=("$beside:$atoll" "$atoll:$beside")
  LD_PRELOAD="${beside:-}" in_new_folder "$name" "$@" >"$work/expected" 2>&1 || expected_code=$?
  ((expected_code == ${exit_code:-0})) || fail "$name fails by itself: $(tail "$work/expected")"
  [[ -s "$work/expected" ]] || fail "$name says nothing"
  for library in "${orders[@]}"; do
    for options in "" checked=on; do
      code=0
      in_new_folder "$name" preloaded "$options" "$@" >"$work/output" 2>&1 || code=$?
      ((code == expected_code)) || fail "$name $options: exit code $code: $(tail "$work/output")"
      diff "$work/expected" "$work/output" || fail "$name $options: says something else"
    done
  done
}
