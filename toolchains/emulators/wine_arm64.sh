#!/bin/bash
# Runs a Windows program of arm64, makes Wine's prefix, or tells Wine's version:
#   wine_arm64.sh PROGRAM [ARGS...]
#   wine_arm64.sh --make-prefix
#   wine_arm64.sh --version
#
# Wine of arm64 lies in $ATOLL_TOOLS/wine-arm64 and runs in QEMU. It starts further programs of arm64
# by itself, so the kernel must be told how these are run. That is done in namespaces, which takes no
# rights, concerns nobody else, and ends with everything that runs there.
#
# WINEPREFIX and its like: as for any Wine. What a program changes there is forgotten, so that any
# number may run at the same time, and users who must not write there.
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

# What a program or library of arm64 begins with, and which bits of that count. F: QEMU is opened
# now. (Bit 0 of a file's type: libraries are programs too.)
magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
{
  mount -t binfmt_misc binfmt_misc "$binfmt" &&
    printf '%s' ":arm64:M::$magic:$mask:$qemu:F" >"$binfmt/register"
} 2>/dev/null ||
  refuse "this system does not let a user namespace have its own binfmt_misc (Linux 6.7 does)"

# Beside the system's own libraries. (QEMU_LD_PREFIX would hide the system's root from Wine.)
mount -t overlay -o "lowerdir=$root/usr/lib:$root/lib:/lib" overlay /lib 2>/dev/null ||
  refuse "this system does not let a user namespace mount an overlay"

# What a program writes to the prefix stays in memory, and so does the folder of Wine's server, which
# nobody else reaches.
hide_prefix() {
  local memory="$root/var"
  mount -t tmpfs tmpfs "$memory" &&
    mkdir "$memory/upper" "$memory/work" &&
    mount -t overlay overlay "$WINEPREFIX" \
      -o "userxattr,lowerdir=$WINEPREFIX,upperdir=$memory/upper,workdir=$memory/work" &&
    export TMPDIR="$memory"
}

export QEMU_CPU=cortex-a72 WINEARCH=win64 WINELOADER="$wine"

# Every other process ends with this shell, the first one here, which gets signals only if it asks
# for them.
trap 'exit 143' HUP INT TERM
if [[ "$1" == --version ]]; then
  exec "$wine" --version
fi
if [[ "$1" == --make-prefix ]]; then
  "$wine" wineboot -i &
  # The server writes the registry when the last program has ended. Its file there names a folder
  # that others shall not use.
  wait "$!" && "$root/usr/lib/wine/wineserver64" -w && rm -f "$WINEPREFIX/wineserver"
  exit
fi
[[ -f "$WINEPREFIX/system.reg" ]] || refuse "there is no prefix $WINEPREFIX: tools/setup wine-arm64"
hide_prefix || refuse "$WINEPREFIX could not be hidden"
"$wine" "$@" <&0 &
wait "$!"
