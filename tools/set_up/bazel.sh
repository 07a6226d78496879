# Sourced by tools/test and tools/verify, in the workspace. It stops the Bazel server at the end,
# which holds 300 MB, unless it was running before.
# shellcheck shell=bash

bazel_server_runs() {
  local base pid
  base="$(readlink bazel-out)" && base="${base%/execroot/*}" || return 1
  pid="$(cat "$base/server/server.pid.txt" 2>/dev/null)" && kill -0 "$pid" 2>/dev/null
}

bazel_server_before=""
if bazel_server_runs; then
  bazel_server_before=yes
fi

stop_own_bazel_server() {
  [[ -n "$bazel_server_before" ]] || bazel shutdown >/dev/null 2>&1 || true
}
