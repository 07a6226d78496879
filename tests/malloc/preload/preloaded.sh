# shellcheck shell=bash
# Runs programs under the preloaded library; sourced by tests.
#
# `library` is where it is; `checker` is statistics_add_up.py: whoever sources this sets them.
# shellcheck disable=SC2154

work="$(mktemp -d "${TEST_TMPDIR:-/tmp}/preload.XXXXXX")"
trap 'rm -rf "$work"' EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# preloaded OPTIONS COMMAND...: fails if the command does, and if no process had the library or the
# statistics of one do not add up.
preloaded() {
  local options="$1"
  shift
  rm -rf "$work/statistics"
  mkdir "$work/statistics"
  ATOLL_OPTIONS="$options${options:+,}statistics=json,statistics_file=$work/statistics/%p.json" \
    LD_PRELOAD="$library" "$@" || return $?
  /usr/bin/python3 -B "$checker" "$work/statistics" "${fewest:-1}"
}
