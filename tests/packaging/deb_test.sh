#!/bin/bash
# The Debian package: lintian finds no errors, dpkg installs it into an empty root, what it has runs there, and nothing is left
# when it is removed.
set -euo pipefail
package="$(realpath "$1")"
here="${TEST_TMPDIR:-$(mktemp -d)}"
root="$here/root"
PATH="$PATH:/usr/sbin:/sbin"

lintian --allow-root --fail-on error "$package"

# Without the packages that it needs, which the machine itself has. dpkg runs nothing there.
mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates" "$root/var/lib/dpkg/triggers"
: >"$root/var/lib/dpkg/status"
in_root() {
  dpkg --root="$root" --force-not-root --force-depends --force-script-chrootless --no-triggers \
    --log=/dev/null "$@" >"$here/log" 2>&1 || {
    cat "$here/log" >&2
    exit 1
  }
}
left() { (cd "$root" && find . -mindepth 1 -not -path './var/lib/dpkg*' -not -path ./var -not -path ./var/lib); }

in_root --install "$package"
status="$(dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${db:Status-Abbrev}' atoll)"
[[ "$status" == ii* || "$status" == it* || "$status" == iW* ]] || {
  echo "FAILED: the package's state is $status" >&2
  exit 1
}
library="$root/usr/lib/x86_64-linux-gnu/libatoll.so.0"
"$root/usr/bin/atoll" ports --goos plan9 --format csv | grep -q plan9
ATOLL_OPTIONS=statistics=text LD_PRELOAD="$library" bash -c 'echo runs' >"$here/out" 2>"$here/statistics"
grep -qx runs "$here/out"
[[ -s "$here/statistics" ]]

in_root --purge atoll
[[ -z "$(left)" ]] || {
  echo "FAILED: this is left: $(left)" >&2
  exit 1
}
echo "atoll: done"
