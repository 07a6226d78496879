#!/bin/bash
# Runs a Windows program of arm64, or makes Wine's prefix:
#   wine_arm64.sh PROGRAM [ARGS...]
#   wine_arm64.sh --make-prefix
#
# Wine of arm64 lies in $ATOLL_TOOLS/wine-arm64 and runs in QEMU. It starts further programs of arm64
# by itself, so the kernel must be told how these are run. That is done in namespaces, which takes no
# rights, concerns nobody else, and ends with everything that runs there.
#
# WINEPREFIX and its like: as for any Wine. The prefix is left as it was, but for files.
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

export QEMU_CPU=cortex-a72 WINEARCH=win64 WINELOADER="$wine"

# Every other process ends with this shell, the first one here, which gets signals only if it asks
# for them.
trap 'exit 143' HUP INT TERM
finish=()
if [[ "$1" == --make-prefix ]]; then
  set -- wineboot -i
  # The server writes the registry when the last program has ended.
  finish=("$root/usr/lib/wine/wineserver64" -w)
fi
"$wine" "$@" <&0 &
wait "$!"
code=$?
[[ ${#finish[@]} -eq 0 ]] || "${finish[@]}" || code=$?
exit "$code"
