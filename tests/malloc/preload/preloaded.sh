# shellcheck shell=bash
# Runs programs under the preloaded library; sourced by tests.
#
# The script that sources this sets `library`, the library's path, and `checker`, the path of
# statistics_add_up.py.
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
