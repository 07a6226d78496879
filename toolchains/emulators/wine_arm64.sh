#!/bin/bash
# Runs a Windows program of arm64: wine_arm64.sh PROGRAM [ARGS...]
#
# Wine of arm64 lies in $ATOLL_TOOLS/wine-arm64 and runs in QEMU. It starts further programs of arm64
# by itself, so here the kernel must know how to run these: in namespaces of its own, which need no
# rights, are seen by nobody else, and end with all that is in them.
#
# WINEPREFIX and its like: as for any Wine.
set -uo pipefail

tools="${ATOLL_TOOLS:-/opt/atoll}"
root="$tools/wine-arm64"
qemu="$tools/qemu-user/usr/bin/qemu-aarch64"
binfmt=/proc/sys/fs/binfmt_misc

refuse() {
  echo "wine_arm64.sh: $*" >&2
  exit 1
}

# What the kernel is told: the beginning of a program or library of arm64, which bits of it count,
# and who runs it; F: the file is opened now.
register_qemu() {
  local magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
  local mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
  mount -t binfmt_misc binfmt_misc "$binfmt" 2>/dev/null &&
    printf '%s' ":arm64:M::$magic:$mask:$qemu:F" 2>/dev/null >"$binfmt/register"
}

if [[ "${1:-}" != --inside ]]; then
  [[ -x "$root/usr/lib/wine/wine64" ]] || refuse "no Wine in $root: tools/setup wine-arm64"
  own=(unshare --user --map-root-user --mount --pid --fork --kill-child --mount-proc)
  "${own[@]}" true 2>/dev/null ||
    refuse "this system does not let its users have namespaces (user, mount, pid)"
  exec "${own[@]}" "${BASH:-bash}" "${BASH_SOURCE[0]}" --inside "$@"
fi
shift

register_qemu ||
  refuse "this system does not let a user namespace have its own binfmt_misc (Linux 6.7 and later do)"

# Not QEMU_LD_PREFIX, which would hide the system's root from Wine.
mount -t overlay -o "lowerdir=$root/usr/lib:$root/lib:/lib" overlay /lib 2>/dev/null ||
  refuse "this system does not let a user namespace mount an overlay"

export QEMU_CPU=cortex-a72 WINEARCH=win64 WINELOADER="$root/usr/lib/wine/wine64"

# This shell is the first process here, which signals reach only if it asks for them. All others end
# with it.
trap 'exit 143' TERM INT HUP
"$WINELOADER" "$@" <&0 &
wait "$!"
