"""The one table of targets.

A target is named GOOS_GOARCH, or names its port in the field `port`. Platforms, constraint values, `--config`s,
toolchains, emulators and test cells are derived from this table. tools/setup reads it as Python, so it may have only
literals, and what rows share has a name.

  os, cpu    constraint values: in @platforms if they begin with "@", else declared in //platforms
  memory64   whether WebAssembly's addresses have 64 bits
  compiler   kind: gnu          a GCC named TRIPLE-gcc (mingw-w64: with the suffix -posix)
                   clang        clang 19 with a sysroot, or for WebAssembly with wasi-libc
                   freestanding clang 19 without a C++ library: //freestanding stands in
                   firmware     a GCC named TRIPLE-gcc with picolibc or newlib; //freestanding stands
                                in for the C++ library
             triple, flags (of the compiler), link_flags, suffix of the programs; of freestanding:
             platform, a folder of freestanding/ that has the triple and the flags; link_flags,
             suffix, and threads if it has them; of firmware: platform, as above, which also tells which C
             library it is, and the machine's memory: where flash and ram begin, and how large they are
  runner     kind: native, qemu (argument: the name behind "qemu-"), wine (argument: 64, 32 or arm64),
             node, node24 and bun (argument: the host script, wasi or js), kernel (argument: which of
             run.sh's; host: the machine's first process; on: as below), uml (host: as kernel), gvisor,
             firmware (argument: the name behind "qemu-system-", and its options that name the machine),
             host (argument: "native" or
             "qemu-NAME", and options of the host; host: its label; on: the target it is built for),
             plan9 (as host, with the processor behind)
  port       GOOS_GOARCH whose numbers it has, if that is not the target's name; None: Go has no such port
  needs      components of tools/setup that this target needs beyond those of every build
  tests      the tests that have a cell on this target; if it is missing, all tests
  note       what atoll verify --all says about the target

A row without os, cpu and compiler has programs_of instead: it runs another target's programs in
another way.
"""

# The tests whose result depends on the kernel, for targets that run another target's programs: all other tests have
# the same result there.
_WHERE_KERNELS_DIFFER = [
    "//tests/malloc:atoll_test",
    "//tests/malloc:large_reallocs_test",
    "//tests/os:conformance_test",
    "//tests/os:os_test",
    "//tests/pages:pages_test",
    "//tests/tools:probe_test",
]

# The same where only the width of addresses differs from another target's.
_WHERE_ADDRESSES_DIFFER = [
    "//tests/os:conformance_test",
    "//tests/pages:pages_test",
    "//tests/tools:probe_test",
]

# The same on kernels that differ in more than their addresses.
_ON_WHOLE_KERNELS = _WHERE_KERNELS_DIFFER + ["//tests/malloc/machines:preloaded_test"]

# The same of engines of WebAssembly.
_WHERE_ENGINES_DIFFER = [
    "//tests/os:conformance_test",
    "//tests/os:os_test",
    "//tests/os:wasm_test",
    "//tests/pages:pages_test",
    "//tests/tools:probe_test",
]

# The tests for machines without an operating system or an MMU, where the heap is the fixed one.
_WITHOUT_A_SYSTEM = [
    "//tests/fixed:fixed_test",
    "//tests/fuzz:fixed_heap_test",
    "//tests/malloc/firmware:malloc_test",
    "//tests/malloc/firmware:regions_test",
    "//tests/tools:fixed_probe_test",
]

# The tests of the heap in a buffer, for those of these machines that have RAM for it: 16 MiB and more.
_IN_A_BUFFER = [
    "//tests/heap:buffer_test",
    "//tests/os:fixed_os_test",
    "//tests/port:port_test",
]

# The suite of the arena heap, which needs a hundred MiB and more.
_IN_A_LARGE_BUFFER = ["//tests/heap:heap_test"]

# The memories of QEMU's machines. The linker puts programs and constants into the flash, and everything else into the RAM.
_MPS2_AN385 = dict(flash = "0", flash_size = "4M", ram = "0x21000000", ram_size = "16M")
_MPS2_AN500 = dict(flash = "0", flash_size = "4M", ram = "0x60000000", ram_size = "16M")
_MPS2_AN505 = dict(flash = "0x10000000", flash_size = "4M", ram = "0x80000000", ram_size = "16M")
_RISCV_VIRT = dict(flash = "0x80000000", flash_size = "4M", ram = "0x80400000", ram_size = "120M")

# The compilers of firmware. The rows add the C library.
_CORTEX_M = dict(kind = "firmware", triple = "arm-none-eabi")
_CORTEX_M0 = dict(
    _CORTEX_M,
    flags = ["-mthumb", "-mcpu=cortex-m0"],
    memory = _MPS2_AN385,
)
_CORTEX_M3 = dict(
    _CORTEX_M,
    flags = ["-mthumb", "-mcpu=cortex-m3"],
    memory = _MPS2_AN385,
)
_CORTEX_M7 = dict(
    _CORTEX_M,
    flags = ["-mthumb", "-mcpu=cortex-m7", "-Wno-psabi"],
    memory = _MPS2_AN500,
)
_CORTEX_M33 = dict(
    _CORTEX_M,
    flags = ["-mthumb", "-mcpu=cortex-m33"],
    memory = _MPS2_AN505,
)
_RISCV = dict(kind = "firmware", triple = "riscv64-unknown-elf", memory = _RISCV_VIRT)
_RISCV32 = dict(_RISCV, flags = ["-march=rv32imac", "-mabi=ilp32", "-mcmodel=medany"])
_RISCV64 = dict(_RISCV, flags = ["-march=rv64imac", "-mabi=lp64", "-mcmodel=medany"])

# A kernel runs the programs of its first process. The rows say which kernel it is.
_KERNEL = dict(kind = "kernel", host = "//toolchains/emulators:first_process")

_NEEDS_OF_CORTEX_M = ["freestanding-headers", "gcc-arm-none-eabi", "qemu-system-arm"]
_NEEDS_OF_RISCV = ["freestanding-headers", "gcc-riscv64-unknown-elf", "qemu-system-riscv"]

TARGETS = {
    "linux_amd64": dict(
        os = "@platforms//os:linux",
        cpu = "@platforms//cpu:x86_64",
        compiler = dict(kind = "gnu", triple = "x86_64-linux-gnu"),
        runner = dict(kind = "native"),
        needs = [],
    ),
    "linux_386": dict(
        os = "@platforms//os:linux",
        cpu = "@platforms//cpu:x86_32",
        compiler = dict(kind = "gnu", triple = "i686-linux-gnu"),
        runner = dict(kind = "native"),
        needs = ["g++-i686-linux-gnu"],
    ),
    "linux_arm": dict(
        os = "@platforms//os:linux",
        cpu = "@platforms//cpu:arm",
        compiler = dict(kind = "gnu", triple = "arm-linux-gnueabihf", flags = ["-Wno-psabi"]),
        runner = dict(kind = "qemu", argument = "arm"),
        needs = ["g++-arm-linux-gnueabihf", "qemu-user"],
    ),
    "linux_arm64": dict(
        os = "@platforms//os:linux",
        cpu = "@platforms//cpu:aarch64",
        compiler = dict(kind = "gnu", triple = "aarch64-linux-gnu"),
        runner = dict(kind = "qemu", argument = "aarch64"),
        needs = ["g++-aarch64-linux-gnu", "qemu-user"],
    ),
    "linux_mips": dict(
        os = "@platforms//os:linux",
        cpu = "mips",
        compiler = dict(kind = "gnu", triple = "mips-linux-gnu"),
        runner = dict(kind = "qemu", argument = "mips"),
        needs = ["g++-mips-linux-gnu", "qemu-user"],
    ),
    "linux_mipsle": dict(
        os = "@platforms//os:linux",
        cpu = "mipsle",
        compiler = dict(kind = "gnu", triple = "mipsel-linux-gnu"),
        runner = dict(kind = "qemu", argument = "mipsel"),
        needs = ["g++-mipsel-linux-gnu", "qemu-user"],
    ),
    "linux_mips64": dict(
        os = "@platforms//os:linux",
        cpu = "mips64",
        compiler = dict(kind = "gnu", triple = "mips64-linux-gnuabi64"),
        runner = dict(kind = "qemu", argument = "mips64"),
        needs = ["g++-mips64-linux-gnuabi64", "qemu-user"],
    ),
    "linux_mips64le": dict(
        os = "@platforms//os:linux",
        cpu = "mips64le",
        compiler = dict(kind = "gnu", triple = "mips64el-linux-gnuabi64"),
        runner = dict(kind = "qemu", argument = "mips64el"),
        needs = ["g++-mips64el-linux-gnuabi64", "qemu-user"],
    ),
    "linux_ppc64": dict(
        os = "@platforms//os:linux",
        cpu = "ppc64",
        compiler = dict(kind = "gnu", triple = "powerpc64-linux-gnu"),
        runner = dict(kind = "qemu", argument = "ppc64"),
        needs = ["g++-powerpc64-linux-gnu", "qemu-user"],
    ),
    "linux_ppc64le": dict(
        os = "@platforms//os:linux",
        cpu = "ppc64le",
        compiler = dict(kind = "gnu", triple = "powerpc64le-linux-gnu"),
        runner = dict(kind = "qemu", argument = "ppc64le"),
        needs = ["g++-powerpc64le-linux-gnu", "qemu-user"],
    ),
    "linux_riscv64": dict(
        os = "@platforms//os:linux",
        cpu = "riscv64",
        compiler = dict(kind = "gnu", triple = "riscv64-linux-gnu"),
        runner = dict(kind = "qemu", argument = "riscv64"),
        needs = ["g++-riscv64-linux-gnu", "qemu-user"],
    ),
    "linux_s390x": dict(
        os = "@platforms//os:linux",
        cpu = "@platforms//cpu:s390x",
        compiler = dict(kind = "gnu", triple = "s390x-linux-gnu"),
        runner = dict(kind = "qemu", argument = "s390x"),
        needs = ["g++-s390x-linux-gnu", "qemu-user"],
    ),
    "linux_loong64": dict(
        os = "@platforms//os:linux",
        cpu = "loong64",
        compiler = dict(kind = "clang", triple = "loongarch64-linux-gnu"),
        runner = dict(kind = "qemu", argument = "loongarch64"),
        needs = ["clang", "loong64-sysroot", "qemu-user"],
    ),
    "linux_amd64_6_1": dict(
        programs_of = "linux_amd64",
        runner = dict(_KERNEL, argument = "amd64-6.1"),
        needs = ["qemu-system-x86", "kernel-amd64-6.1"],
        tests = _ON_WHOLE_KERNELS,
    ),
    "linux_amd64_6_12": dict(
        programs_of = "linux_amd64",
        runner = dict(_KERNEL, argument = "amd64-6.12"),
        needs = ["qemu-system-x86", "kernel-amd64-6.12"],
        tests = _ON_WHOLE_KERNELS,
    ),
    "linux_amd64_sid": dict(
        programs_of = "linux_amd64",
        runner = dict(_KERNEL, argument = "amd64-sid"),
        needs = ["qemu-system-x86", "kernel-amd64-sid"],
        tests = _ON_WHOLE_KERNELS,
    ),
    "linux_amd64_la57": dict(
        programs_of = "linux_amd64",
        runner = dict(_KERNEL, argument = "amd64-la57"),
        needs = ["qemu-system-x86", "kernel-amd64-6.1"],
        tests = _WHERE_KERNELS_DIFFER,
    ),
    "linux_amd64_uml": dict(
        programs_of = "linux_amd64",
        runner = dict(_KERNEL, kind = "uml"),
        needs = ["user-mode-linux"],
        tests = _WHERE_KERNELS_DIFFER,
    ),
    "linux_amd64_gvisor": dict(
        programs_of = "linux_amd64",
        runner = dict(kind = "gvisor"),
        needs = ["gvisor"],
        tests = _WHERE_KERNELS_DIFFER,
    ),
    "linux_arm64_16k": dict(
        programs_of = "linux_arm64",
        runner = dict(_KERNEL, argument = "arm64-16k", on = "linux_arm64"),
        needs = ["g++-aarch64-linux-gnu", "qemu-system-arm", "kernel-arm64-16k"],
    ),
    "linux_ppc64le_64k": dict(
        programs_of = "linux_ppc64le",
        runner = dict(_KERNEL, argument = "ppc64le-64k", on = "linux_ppc64le"),
        needs = ["g++-powerpc64le-linux-gnu", "qemu-system-ppc", "kernel-ppc64le-64k"],
    ),
    "linux_riscv64_sv39": dict(
        programs_of = "linux_riscv64",
        runner = dict(_KERNEL, argument = "riscv64-sv39", on = "linux_riscv64"),
        needs = ["g++-riscv64-linux-gnu", "qemu-system-riscv", "kernel-riscv64"],
        tests = _WHERE_KERNELS_DIFFER,
    ),
    "linux_riscv64_sv57": dict(
        programs_of = "linux_riscv64",
        runner = dict(_KERNEL, argument = "riscv64-sv57", on = "linux_riscv64"),
        needs = ["g++-riscv64-linux-gnu", "qemu-system-riscv", "kernel-riscv64"],
        tests = _WHERE_ADDRESSES_DIFFER,
    ),
    "linux_arm64_52": dict(
        programs_of = "linux_arm64",
        runner = dict(_KERNEL, argument = "arm64-52", on = "linux_arm64"),
        needs = ["g++-aarch64-linux-gnu", "qemu-system-arm", "kernel-arm64-52"],
        tests = _WHERE_ADDRESSES_DIFFER,
    ),
    "linux_s390x_6_12": dict(
        programs_of = "linux_s390x",
        runner = dict(_KERNEL, argument = "s390x-6.12", on = "linux_s390x"),
        needs = ["g++-s390x-linux-gnu", "qemu-system-s390x", "kernel-s390x-6.12"],
        tests = _WHERE_KERNELS_DIFFER,
    ),
    "linux_mips64le_6_1": dict(
        programs_of = "linux_mips64le",
        runner = dict(_KERNEL, argument = "mips64le-6.1", on = "linux_mips64le"),
        needs = ["g++-mips64el-linux-gnuabi64", "qemu-system-mips", "kernel-mips64le-6.1"],
        tests = _WHERE_KERNELS_DIFFER,
    ),
    "android_amd64": dict(
        os = "@platforms//os:android",
        cpu = "@platforms//cpu:x86_64",
        compiler = dict(
            kind = "freestanding",
            platform = "linux",
            flags = ["--target=x86_64-linux-android30"],
            link_flags = ["-static"],
        ),
        runner = dict(kind = "native"),
        needs = ["clang", "freestanding-headers"],
    ),
    "android_arm64": dict(
        os = "@platforms//os:android",
        cpu = "@platforms//cpu:aarch64",
        compiler = dict(
            kind = "freestanding",
            platform = "linux",
            flags = ["--target=aarch64-linux-android30"],
            link_flags = ["-static"],
        ),
        runner = dict(kind = "qemu", argument = "aarch64"),
        needs = ["clang", "freestanding-headers", "qemu-user"],
    ),
    "bare_arm64": dict(
        os = "@platforms//os:none",
        cpu = "@platforms//cpu:aarch64",
        port = "linux_arm64",
        compiler = dict(
            kind = "freestanding",
            platform = "bare_arm64",
            link_flags = ["-static", "-Wl,--gc-sections", "-Wl,-T,os/arm64/arm64.ld"],
        ),
        runner = dict(kind = "firmware", argument = "aarch64 -M virt -cpu cortex-a72 -m 1024"),
        needs = ["clang", "freestanding-headers", "qemu-system-arm"],
    ),
    "bare_cortex_m0": dict(
        os = "@platforms//os:none",
        cpu = "cortex_m0",
        port = None,
        compiler = dict(_CORTEX_M0, platform = "firmware"),
        runner = dict(kind = "firmware", argument = "arm -M mps2-an385"),
        needs = _NEEDS_OF_CORTEX_M,
        tests = _WITHOUT_A_SYSTEM,
        note = "built for Cortex-M0, run on a Cortex-M3",
    ),
    "bare_cortex_m0_newlib": dict(
        os = "@platforms//os:none",
        cpu = "cortex_m0",
        port = None,
        compiler = dict(_CORTEX_M0, platform = "firmware_newlib"),
        runner = dict(kind = "firmware", argument = "arm -M mps2-an385"),
        needs = _NEEDS_OF_CORTEX_M,
        tests = _WITHOUT_A_SYSTEM,
        note = "built for Cortex-M0, run on a Cortex-M3",
    ),
    "bare_cortex_m3": dict(
        os = "@platforms//os:none",
        cpu = "cortex_m3",
        port = None,
        compiler = dict(_CORTEX_M3, platform = "firmware"),
        runner = dict(kind = "firmware", argument = "arm -M mps2-an385"),
        needs = _NEEDS_OF_CORTEX_M,
        tests = _WITHOUT_A_SYSTEM,
    ),
    "bare_cortex_m3_newlib": dict(
        os = "@platforms//os:none",
        cpu = "cortex_m3",
        port = None,
        compiler = dict(_CORTEX_M3, platform = "firmware_newlib"),
        runner = dict(kind = "firmware", argument = "arm -M mps2-an385"),
        needs = _NEEDS_OF_CORTEX_M,
        tests = _WITHOUT_A_SYSTEM,
    ),
    "bare_cortex_m7": dict(
        os = "@platforms//os:none",
        cpu = "cortex_m7",
        port = None,
        compiler = dict(_CORTEX_M7, platform = "firmware"),
        runner = dict(kind = "firmware", argument = "arm -M mps2-an500"),
        needs = _NEEDS_OF_CORTEX_M,
        tests = _WITHOUT_A_SYSTEM + _IN_A_BUFFER,
    ),
    "bare_cortex_m33": dict(
        os = "@platforms//os:none",
        cpu = "cortex_m33",
        port = None,
        compiler = dict(_CORTEX_M33, platform = "firmware"),
        runner = dict(kind = "firmware", argument = "arm -M mps2-an505"),
        needs = _NEEDS_OF_CORTEX_M,
        tests = _WITHOUT_A_SYSTEM,
    ),
    "bare_cortex_m33_newlib": dict(
        os = "@platforms//os:none",
        cpu = "cortex_m33",
        port = None,
        compiler = dict(_CORTEX_M33, platform = "firmware_newlib"),
        runner = dict(kind = "firmware", argument = "arm -M mps2-an505"),
        needs = _NEEDS_OF_CORTEX_M,
        tests = _WITHOUT_A_SYSTEM,
    ),
    "bare_riscv32": dict(
        os = "@platforms//os:none",
        cpu = "riscv32",
        port = None,
        compiler = dict(_RISCV32, platform = "firmware"),
        runner = dict(kind = "firmware", argument = "riscv32 -M virt -bios none"),
        needs = _NEEDS_OF_RISCV,
        tests = _WITHOUT_A_SYSTEM + _IN_A_BUFFER + _IN_A_LARGE_BUFFER,
    ),
    "bare_riscv64": dict(
        os = "@platforms//os:none",
        cpu = "riscv64",
        port = None,
        compiler = dict(_RISCV64, platform = "firmware"),
        runner = dict(kind = "firmware", argument = "riscv64 -M virt -bios none"),
        needs = _NEEDS_OF_RISCV,
        tests = _WITHOUT_A_SYSTEM + _IN_A_BUFFER + _IN_A_LARGE_BUFFER,
    ),
    "darwin_amd64": dict(
        os = "@platforms//os:macos",
        cpu = "@platforms//cpu:x86_64",
        compiler = dict(
            kind = "freestanding",
            platform = "darwin",
            flags = ["--target=x86_64-apple-macos12"],
        ),
        runner = dict(kind = "host", argument = "native", host = "//hosts/darwin:darwin_host"),
        needs = ["clang", "freestanding-headers"],
    ),
    "darwin_arm64": dict(
        os = "@platforms//os:macos",
        cpu = "@platforms//cpu:aarch64",
        compiler = dict(
            kind = "freestanding",
            platform = "darwin",
            flags = ["--target=arm64-apple-macos12"],
        ),
        runner = dict(
            kind = "host",
            argument = "qemu-aarch64",
            host = "//hosts/darwin:darwin_host",
            on = "linux_arm64",
        ),
        needs = ["clang", "freestanding-headers", "g++-aarch64-linux-gnu", "qemu-user"],
    ),
    "ios_arm64": dict(
        os = "@platforms//os:ios",
        cpu = "@platforms//cpu:aarch64",
        compiler = dict(
            kind = "freestanding",
            platform = "darwin",
            flags = ["--target=arm64-apple-macos12", "-DATOLL_GOOS_IOS"],
        ),
        runner = dict(
            kind = "host",
            argument = "qemu-aarch64 --ios",
            host = "//hosts/darwin:darwin_host",
            on = "linux_arm64",
        ),
        needs = ["clang", "freestanding-headers", "g++-aarch64-linux-gnu", "qemu-user"],
    ),
    "freebsd_amd64": dict(
        os = "@platforms//os:freebsd",
        cpu = "@platforms//cpu:x86_64",
        compiler = dict(
            kind = "freestanding",
            platform = "bsd",
            flags = ["--target=x86_64-unknown-freebsd14"],
            link_flags = ["-static"],
        ),
        runner = dict(kind = "host", argument = "native freebsd", host = "//hosts/bsd:bsd_host"),
        needs = ["clang", "freestanding-headers"],
    ),
    "freebsd_arm64": dict(
        os = "@platforms//os:freebsd",
        cpu = "@platforms//cpu:aarch64",
        compiler = dict(
            kind = "freestanding",
            platform = "bsd",
            flags = ["--target=aarch64-unknown-freebsd14"],
            link_flags = ["-static"],
        ),
        runner = dict(
            kind = "host",
            argument = "qemu-aarch64 freebsd",
            host = "//hosts/bsd:bsd_host",
            on = "linux_arm64",
        ),
        needs = ["clang", "freestanding-headers", "g++-aarch64-linux-gnu", "qemu-user"],
    ),
    "netbsd_amd64": dict(
        os = "netbsd",
        cpu = "@platforms//cpu:x86_64",
        compiler = dict(
            kind = "freestanding",
            platform = "bsd",
            flags = ["--target=x86_64-unknown-netbsd10"],
            link_flags = ["-static"],
        ),
        runner = dict(kind = "host", argument = "native netbsd", host = "//hosts/bsd:bsd_host"),
        needs = ["clang", "freestanding-headers"],
    ),
    "netbsd_arm64": dict(
        os = "netbsd",
        cpu = "@platforms//cpu:aarch64",
        compiler = dict(
            kind = "freestanding",
            platform = "bsd",
            flags = ["--target=aarch64-unknown-netbsd10"],
            link_flags = ["-static"],
        ),
        runner = dict(
            kind = "host",
            argument = "qemu-aarch64 netbsd",
            host = "//hosts/bsd:bsd_host",
            on = "linux_arm64",
        ),
        needs = ["clang", "freestanding-headers", "g++-aarch64-linux-gnu", "qemu-user"],
    ),
    "openbsd_amd64": dict(
        os = "@platforms//os:openbsd",
        cpu = "@platforms//cpu:x86_64",
        compiler = dict(
            kind = "freestanding",
            platform = "bsd",
            flags = ["--target=x86_64-unknown-openbsd7"],
            link_flags = ["-static"],
        ),
        runner = dict(kind = "host", argument = "native openbsd", host = "//hosts/bsd:bsd_host"),
        needs = ["clang", "freestanding-headers"],
    ),
    "openbsd_arm64": dict(
        os = "@platforms//os:openbsd",
        cpu = "@platforms//cpu:aarch64",
        compiler = dict(
            kind = "freestanding",
            platform = "bsd",
            flags = ["--target=aarch64-unknown-openbsd7"],
            link_flags = ["-static"],
        ),
        runner = dict(
            kind = "host",
            argument = "qemu-aarch64 openbsd",
            host = "//hosts/bsd:bsd_host",
            on = "linux_arm64",
        ),
        needs = ["clang", "freestanding-headers", "g++-aarch64-linux-gnu", "qemu-user"],
    ),
    "plan9_386": dict(
        os = "plan9",
        cpu = "@platforms//cpu:x86_32",
        compiler = dict(
            kind = "freestanding",
            platform = "plan9",
            flags = [
                "--target=i686-unknown-none-elf",
                "-msse2",
                "-DATOLL_GOARCH=k386",
                "-DATOLL_GOOS=kPlan9",
            ],
            link_flags = [
                # For a bare processor clang would have GCC link.
                "--target=i686-linux-gnu",
                "-static",
                "-Wl,--script=toolchains/plan9/386.ld",
            ],
        ),
        runner = dict(
            kind = "plan9",
            argument = "native 386",
            host = "//hosts/plan9:plan9_host",
            on = "linux_386",
        ),
        needs = ["clang", "freestanding-headers", "g++-i686-linux-gnu"],
    ),
    "plan9_amd64": dict(
        os = "plan9",
        cpu = "@platforms//cpu:x86_64",
        compiler = dict(
            kind = "freestanding",
            platform = "plan9",
            flags = [
                "--target=x86_64-unknown-none-elf",
                "-mno-red-zone",
                "-DATOLL_GOARCH=kAmd64",
                "-DATOLL_GOOS=kPlan9",
            ],
            link_flags = [
                # For a bare processor clang would have GCC link.
                "--target=x86_64-linux-gnu",
                "-static",
                "-Wl,--script=toolchains/plan9/amd64.ld",
            ],
        ),
        runner = dict(
            kind = "plan9",
            argument = "native amd64",
            host = "//hosts/plan9:plan9_host",
        ),
        needs = ["clang", "freestanding-headers"],
    ),
    "plan9_arm": dict(
        os = "plan9",
        cpu = "@platforms//cpu:arm",
        compiler = dict(
            kind = "freestanding",
            platform = "plan9",
            flags = [
                "--target=armv7a-none-eabi",
                "-mcpu=cortex-a7",
                "-mfpu=vfpv4-d16",
                "-mfloat-abi=softfp",
                "-DATOLL_GOARCH=kArm",
                "-DATOLL_GOOS=kPlan9",
            ],
            link_flags = ["-static", "-Wl,--script=toolchains/plan9/arm.ld"],
        ),
        runner = dict(
            kind = "plan9",
            argument = "qemu-arm arm",
            host = "//hosts/plan9:plan9_host",
            on = "linux_arm",
        ),
        needs = ["clang", "freestanding-headers", "g++-arm-linux-gnueabihf", "qemu-user"],
    ),
    "windows_amd64": dict(
        os = "@platforms//os:windows",
        cpu = "@platforms//cpu:x86_64",
        compiler = dict(kind = "gnu", triple = "x86_64-w64-mingw32", suffix = ".exe"),
        runner = dict(kind = "wine", argument = "64"),
        needs = ["g++-mingw-w64-x86-64-posix", "wine64"],
    ),
    "windows_386": dict(
        os = "@platforms//os:windows",
        cpu = "@platforms//cpu:x86_32",
        compiler = dict(kind = "gnu", triple = "i686-w64-mingw32", suffix = ".exe"),
        runner = dict(kind = "wine", argument = "32"),
        needs = ["g++-mingw-w64-i686-posix", "wine32"],
    ),
    "windows_arm64": dict(
        os = "@platforms//os:windows",
        cpu = "@platforms//cpu:aarch64",
        compiler = dict(
            kind = "freestanding",
            platform = "windows_arm64",
            link_flags = ["-Wl,--gc-sections", "-Wl,-e,mainCRTStartup", "-Wl,--stack,8388608"],
            suffix = ".exe",
            threads = True,
        ),
        runner = dict(kind = "wine", argument = "arm64"),
        needs = ["clang", "freestanding-headers", "mingw-w64-headers", "qemu-user", "wine-arm64"],
    ),
    "wasip1_wasm": dict(
        os = "wasip1",
        cpu = "wasm",
        compiler = dict(kind = "clang", triple = "wasm32-wasi"),
        runner = dict(kind = "node", argument = "wasi"),
        needs = ["clang", "wasi-libc", "node"],
    ),
    "js_wasm": dict(
        os = "js",
        cpu = "wasm",
        compiler = dict(
            kind = "clang",
            triple = "wasm32-wasi",
            flags = ["-DATOLL_HOST_JS"],
            link_flags = ["-Wl,--allow-undefined"],
        ),
        runner = dict(kind = "node", argument = "js"),
        needs = ["clang", "wasi-libc", "node"],
    ),
    "js_wasm_memory64": dict(
        os = "js",
        cpu = "wasm",
        memory64 = True,
        port = "js_wasm",
        compiler = dict(
            kind = "freestanding",
            platform = "wasm",
            link_flags = [
                "-Wl,--entry=_start,--export-memory,--max-memory=17179869184",
                "-Wl,-z,stack-size=1048576,--stack-first",
            ],
        ),
        runner = dict(kind = "node24", argument = "js"),
        needs = ["clang", "freestanding-headers", "node24"],
    ),
    "wasip1_wasm_bun": dict(
        programs_of = "wasip1_wasm",
        runner = dict(kind = "bun", argument = "wasi"),
        needs = ["clang", "wasi-libc", "bun"],
        tests = _WHERE_ENGINES_DIFFER + ["//tests/heap:heap_test"],
    ),
    "js_wasm_bun": dict(
        programs_of = "js_wasm",
        runner = dict(kind = "bun", argument = "js"),
        needs = ["clang", "wasi-libc", "bun"],
        tests = _WHERE_ENGINES_DIFFER + ["//tests/heap:heap_test"],
    ),
    "js_wasm_memory64_bun": dict(
        programs_of = "js_wasm_memory64",
        runner = dict(kind = "bun", argument = "js"),
        needs = ["clang", "freestanding-headers", "bun"],
        tests = _WHERE_ENGINES_DIFFER,
    ),
}

# The target that the build itself runs on: its cells are the plain tests.
HOST = "linux_amd64"

def programs_of(name):
    """The target whose programs a target runs: itself, in most cases."""
    return TARGETS[name].get("programs_of", name)

def port_of(name):
    """The port whose numbers a target has, as GOOS_GOARCH, or None."""
    programs = programs_of(name)
    return TARGETS[name].get("port", TARGETS[programs].get("port", programs))

def has_own_build(name):
    """Whether a target's --config builds everything for it; otherwise it only chooses the cells.

    Args:
      name: the target.

    Returns:
      whether that is so.
    """
    if name == HOST:
        return True
    target = TARGETS[programs_of(name)]
    return programs_of(name) != HOST and target["compiler"]["kind"] != "firmware"

def is_chosen(name, test):
    """Whether a test has a cell on a target.

    Args:
      name: the target.
      test: its label from the workspace's root: //PACKAGE:NAME.

    Returns:
      what the table says.
    """
    return test in TARGETS[name].get("tests", [test])

def writes_outside_sandbox(name):
    """Whether a target's programs write outside of Bazel's sandbox, to Wine's prefix."""
    runner = TARGETS[name]["runner"]
    return runner["kind"] == "wine" and runner["argument"] != "arm64"
