#!/bin/bash
# Runs a Windows program of arm64, makes Wine's prefix, or tells Wine's version:
#   wine_arm64.sh PROGRAM [ARGS...]
#   wine_arm64.sh --make-prefix
#   wine_arm64.sh --version
#
# Wine for arm64 lies in $ATOLL_TOOLS/wine-arm64 and runs in QEMU. It starts further arm64 programs
# by itself, so the kernel must know how to run these. This script configures that in namespaces of
# its own: this needs no privileges, does not affect other processes, and ends with the programs in
# it.
#
# WINEPREFIX and similar variables work as for any Wine. A program's changes to the prefix are
# discarded, so that any number of programs may run at the same time, even for users who may not
# write there.
set -uo pipefail

tools="${ATOLL_TOOLS:-/opt/atoll}"
root="$tools/wine-arm64"
wine="$root/usr/lib/wine/wine64"
qemu="$tools/qemu-user/usr/bin/qemu-aarch64"
binfmt=/proc/sys/fs/binfmt_misc

refuse() {
  echo "wine_arm64.sh: $*" >&2
  exit 1
}

if [[ "${1:-}" != --inside ]]; then
  for file in "$wine" "$qemu"; do
    [[ -x "$file" ]] || refuse "there is no $file: tools/setup windows_arm64"
  done
  namespaces=(unshare --user --map-root-user --mount --pid --fork --kill-child --mount-proc)
  "${namespaces[@]}" true 2>/dev/null ||
    refuse "this system does not let its users have namespaces (user, mount, pid)"
  exec "${namespaces[@]}" bash "${BASH_SOURCE[0]}" --inside "$@"
fi
shift

# The first bytes of an arm64 program or library, and the mask of the bits that count. F: the kernel
# opens QEMU now. (The mask ignores bit 0 of a file's type, so that libraries are programs too.)
magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
{
  mount -t binfmt_misc binfmt_misc "$binfmt" &&
    printf '%s' ":arm64:M::$magic:$mask:$qemu:F" >"$binfmt/register"
} 2>/dev/null ||
  refuse "this system does not let a user namespace have its own binfmt_misc (Linux 6.7 does)"

# Adds to the system's own libraries. (QEMU_LD_PREFIX would hide the system's root from Wine.)
mount -t overlay -o "lowerdir=$root/usr/lib:$root/lib:/lib" overlay /lib 2>/dev/null ||
  refuse "this system does not let a user namespace mount an overlay"

# A program's writes to the prefix stay in memory, and so does the folder of Wine's server, which no
# other process reaches.
hide_prefix() {
  local memory="$root/var"
  mount -t tmpfs tmpfs "$memory" &&
    mkdir "$memory/upper" "$memory/work" &&
    mount -t overlay overlay "$WINEPREFIX" \
      -o "userxattr,lowerdir=$WINEPREFIX,upperdir=$memory/upper,workdir=$memory/work" &&
    export TMPDIR="$memory"
}

export QEMU_CPU=cortex-a72 WINEARCH=win64 WINELOADER="$wine"

# This shell is the first process here: when it ends, all others end, and it gets only signals that
# it handles.
trap 'exit 143' HUP INT TERM
if [[ "$1" == --version ]]; then
  exec "$wine" --version
fi
if [[ "$1" == --make-prefix ]]; then
  "$wine" wineboot -i &
  # The server writes the registry when the last program has ended. Its file there names a folder
  # that other programs must not use.
  wait "$!" && "$root/usr/lib/wine/wineserver64" -w && rm -f "$WINEPREFIX/wineserver"
  exit
fi
[[ -f "$WINEPREFIX/system.reg" ]] || refuse "there is no prefix $WINEPREFIX: tools/setup wine-arm64"
hide_prefix || refuse "$WINEPREFIX could not be hidden"
"$wine" "$@" <&0 &
wait "$!"
