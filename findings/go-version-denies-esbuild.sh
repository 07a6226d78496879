#!/bin/bash
# Every program of Go since 1.18 is expected to say which release built it: `go version PROGRAM` reads that, and so do scanners that
# look for known faults of a release. esbuild's executables said so up to 0.26. From 0.27 on they have neither the mark of build
# information nor a Go build ID, and `go version` denies that they are programs of Go at all. The release still stands among their
# read-only data, between other texts.
#
# Seen with Debian 12's golang-1.19-go 1.19.8-2 and npm's @esbuild/linux-x64:
#   0.26.0: go1.23.12 (marks: 1)
#   0.27.0: could not read Go build info: not a Go executable (marks: 0)
#   0.28.2: could not read Go build info: not a Go executable (marks: 0)
#   0.28.2 has the text go1.26.5
#
# Needs npm, and Debian's package lists (apt-get update).
set -euo pipefail

package=golang-1.19-go
version=1.19.8-2

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq "$package=$version"
dpkg -x "$package"_*.deb go

# What the command says of a program, without the program's path, and how often the mark stands in it.
tell() {
  local program="$1/package/bin/esbuild"
  mkdir "$1"
  npm pack --silent "@esbuild/linux-x64@$1" >/dev/null
  tar -xzf "esbuild-linux-x64-$1.tgz" -C "$1"
  local said
  said="$(go/usr/lib/go-1.19/bin/go version "$program" 2>&1 | sed "s|$program: ||; s| from [^ ]*/esbuild||")"
  echo "$1: ${said/info not/info: not} (marks: $(grep -ac 'Go buildinf:' "$program"))"
}

{
  for release in 0.26.0 0.27.0 0.28.2; do tell "$release"; done
  echo "0.28.2 has the text $(grep -aoE 'go1\.[0-9]+\.[0-9]+' 0.28.2/package/bin/esbuild | sort -u)"
} | tee seen
cat >expected <<'END'
0.26.0: go1.23.12 (marks: 1)
0.27.0: could not read Go build info: not a Go executable (marks: 0)
0.28.2: could not read Go build info: not a Go executable (marks: 0)
0.28.2 has the text go1.26.5
END
diff expected seen || { echo "not as it was seen before" >&2; exit 1; }
