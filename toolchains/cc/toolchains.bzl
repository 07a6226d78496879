"""One C++ toolchain per target, derived from the table."""

load("@local_tools//:tools.bzl", "TOOLS_DIR")
load("@rules_cc//cc/toolchains:cc_toolchain.bzl", "cc_toolchain")
load("//platforms:platforms.bzl", "COMPILED", "FREESTANDING_TARGETS", "FUZZ", "RACE", "constraint", "constraints")
load("//platforms:targets.bzl", "HOST", "TARGETS")
load(":config.bzl", "cc_toolchain_config")

_INCLUDE_DIRECTORIES = ["/usr", TOOLS_DIR]

def _gnu(compiler, is_host):
    """A GCC: the host's own, a Debian cross compiler, or mingw-w64."""
    prefix = "/usr/bin/" + ("" if is_host else compiler["triple"] + "-")
    is_mingw = "mingw32" in compiler["triple"]
    posix = "-posix" if is_mingw else ""

    # The C library warns of getaddrinfo() in static programs; GoogleTest never calls it here.
    quiet = [] if is_host or is_mingw else ["-Wl,--no-warnings"]
    return dict(
        compile_flags = ["-fno-canonical-system-headers"],
        compiler = "gcc",
        dynamic_linker = is_host,
        link_flags = quiet + ["-pthread", "-lstdc++", "-lm"],
        opt_flags = ["-ffunction-sections", "-fdata-sections"] if is_host else [],
        pic = not is_mingw,
        sanitizers = ["asan", "ubsan"] if is_host else [],
        static_program = not is_host,
        tools = {
            "ar": prefix + "ar",
            "cpp": prefix + "cpp" + posix,
            "gcc": prefix + "gcc" + posix,
            "gcov": prefix + "gcov" + posix,
            "ld": prefix + "ld",
            "nm": prefix + "nm",
            "objcopy": prefix + "objcopy",
            "objdump": prefix + "objdump",
            "strip": prefix + "strip",
        },
    )

_CLANG = "/usr/bin/%s-19"

_CLANG_TOOLS = {
    "ar": _CLANG % "llvm-ar",
    "cpp": _CLANG % "clang-cpp",
    "gcc": _CLANG % "clang",
    "gcov": _CLANG % "llvm-cov",
    "ld": _CLANG % "lld",
    "nm": _CLANG % "llvm-nm",
    "objcopy": _CLANG % "llvm-objcopy",
    "objdump": _CLANG % "llvm-objdump",
    "strip": _CLANG % "llvm-strip",
}

# The host with ThreadSanitizer. It is Clang's, because programs of Clang's may have memory at
# 0xc000000000, where the hints of race ports lie, and programs of GCC's may not.
_RACE = dict(
    compile_flags = ["-fsanitize=thread", "-fno-omit-frame-pointer", "-g"],
    compiler = "clang",
    dynamic_linker = True,
    link_flags = ["-fsanitize=thread", "-pthread", "-lstdc++", "-lm"],
    pic = True,
    tools = _CLANG_TOOLS,
)

# The host with libFuzzer, which counts how often each branch was taken, and two sanitizers. A fuzzer
# itself also links with libFuzzer's main().
_FUZZ_SANITIZERS = "-fsanitize=address,undefined"
_FUZZ = dict(
    _RACE,
    compile_flags = [
        _FUZZ_SANITIZERS,
        "-fsanitize=fuzzer-no-link",
        "-fno-sanitize=vptr",
        "-fno-sanitize-recover=all",
        "-fno-omit-frame-pointer",
        "-g",
    ],
    link_flags = [_FUZZ_SANITIZERS, "-pthread", "-lstdc++", "-lm"],
)

def _clang(compiler, _is_host):
    """Clang 19 for a target; the rest depends on where that target's libraries are."""
    target = ["--target=" + compiler["triple"]]
    common = dict(
        compiler = "clang",
        tools = _CLANG_TOOLS,
    )
    if compiler["triple"].startswith("wasm32"):
        # These tell GoogleTest that WASI has no threads, exceptions and dup().
        without = ["PTHREAD", "EXCEPTIONS", "STREAM_REDIRECTION"]
        emulated = ["signal", "getpid", "process-clocks", "mman"]
        return dict(
            common,
            compile_flags = target + [
                "-D_WASI_EMULATED_%s" % e.upper().replace("-", "_")
                for e in emulated
            ],
            cxx_flags = ["-fno-exceptions"] + ["-DGTEST_HAS_%s=0" % w for w in without],
            # The linker's default stack has 64 KiB, too little for tests, and lies where an
            # overflow overwrites data. If the stack comes first in memory, an overflow traps.
            link_flags = target + ["-lc++", "-lc++abi"] + ["-lwasi-emulated-" + e for e in emulated] +
                         ["-Wl,-z,stack-size=1048576", "-Wl,--stack-first"],
        )

    # A sysroot beside the system. Linked dynamically: lld 19 cannot link this libc.a.
    sysroot = TOOLS_DIR + "/loong64"
    gcc = "%s/usr/lib/gcc-cross/%s/14" % (sysroot, compiler["triple"])
    root = "%s/usr/%s" % (sysroot, compiler["triple"])
    cxx = root + "/include/c++/14"
    return dict(
        common,
        compile_flags = target + ["--sysroot=" + sysroot, "-idirafter", root + "/include"],
        cxx_flags = ["-nostdinc++", "-isystem", cxx, "-isystem", cxx + "/" + compiler["triple"]],
        link_flags = target + [
            "--sysroot=" + sysroot,
            "-fuse-ld=lld-19",
            "-B" + gcc,
            "-B" + root + "/lib",
            "-L" + gcc,
            "-L" + root + "/lib",
            "-Wl,-Bstatic",
            "-lstdc++",
            "-Wl,-Bdynamic",
            "-static-libgcc",
            "-lm",
            "-pthread",
        ],
        pic = True,
    )

# For systems where Clang does not find the linker by its usual name.
_LINKER = {
    "darwin": [
        "-fuse-ld=/usr/bin/ld64.lld-19",
        "-Wl,-platform_version,macos,12.0,12.0,-fixup_chains,-dead_strip",
        "freestanding/darwin/libSystem.tbd",
    ],
    "wasm": [],
}

_PROGRAM = {
    # The program exports nothing. Without this flag it would export libstdc++'s weak symbols.
    "darwin": ["-Wl,-exported_symbol,__mh_execute_header,-e,_atoll_begin"],
}

def _freestanding(compiler, _is_host):
    """Clang 19 with nothing but headers. The flags are those of the platform's folder."""
    flags = ["@freestanding/%s/flags.txt" % compiler["platform"]]
    own = compiler.get("flags", [])

    return dict(
        compile_flags = flags,
        compiler = "clang",
        link_flags = flags + own + ["-nostdlib", "-Wno-unused-command-line-argument"] +
                     _LINKER.get(compiler["platform"], ["-fuse-ld=lld-19"]),
        program_link_flags = _PROGRAM.get(compiler["platform"], []),
        tools = _CLANG_TOOLS,
    )

# The C library of a platform: its name to GCC, and what a program is linked with. picolibc has a
# linker script, and code that begins the program.
_C_LIBRARIES = {
    "firmware": ("--specs=picolibc.specs", ["--crt0=semihost", "--oslib=semihost", "-Tpicolibc.ld"]),
    "firmware_newlib": (
        "--specs=rdimon.specs",
        ["-nostartfiles", "-Wl,--gc-sections", "-Wl,--undefined=main", "-T", "freestanding/firmware_newlib/link.ld"],
    ),
}

def _firmware(compiler, _is_host):
    """A GCC for bare processors, with a C library."""
    specs, link_flags = _C_LIBRARIES[compiler["platform"]]
    memory = dict(compiler["memory"], stack_size = "64K")
    return dict(
        compile_flags = [
            specs,
            "-fno-canonical-system-headers",
            "@freestanding/%s/flags.txt" % compiler["platform"],
        ],
        compiler = "gcc",
        # The sizes come first, because picolibc's script ignores a symbol that the command line defines behind it.
        link_flags = compiler["flags"] + [specs, "-Wl,--no-warn-rwx-segments"] +
                     ["-Wl,--defsym=__%s=%s" % item for item in memory.items()] + link_flags,
        tools = {
            tool: "/usr/bin/%s-%s" % (compiler["triple"], tool)
            for tool in ["ar", "cpp", "gcc", "gcov", "ld", "nm", "objcopy", "objdump", "strip"]
        },
    )

_KINDS = {
    "clang": _clang,
    "firmware": _firmware,
    "freestanding": _freestanding,
    "gnu": _gnu,
}

def _config(name, compiler):
    config = dict(_KINDS[compiler["kind"]](compiler, name == HOST))
    config["compile_flags"] = config["compile_flags"] + compiler.get("flags", [])
    config["link_flags"] = config["link_flags"] + compiler.get("link_flags", [])
    config["program_suffix"] = compiler.get("suffix", "")
    return config

def _declare(name, config, target_constraints, compiler_files = ":empty", linker_files = ":empty"):
    cc_toolchain_config(
        name = name + "_config",
        include_directories = _INCLUDE_DIRECTORIES,
        target = name,
        **config
    )
    cc_toolchain(
        name = name + "_cc",
        all_files = compiler_files,
        ar_files = ":empty",
        as_files = compiler_files,
        compiler_files = compiler_files,
        dwp_files = ":empty",
        linker_files = linker_files,
        objcopy_files = ":empty",
        strip_files = ":empty",
        supports_param_files = True,
        toolchain_config = ":" + name + "_config",
    )
    native.toolchain(
        name = name,
        exec_compatible_with = constraints(TARGETS[HOST]),
        target_compatible_with = target_constraints,
        toolchain = ":" + name + "_cc",
        toolchain_type = "@bazel_tools//tools/cpp:toolchain_type",
    )

def declare_toolchains():
    """TARGET: the toolchain of every compiler in the table, of the race detector, and of fuzzers."""
    native.filegroup(name = "empty")
    for name, target in COMPILED.items():
        files = {}
        if name in FREESTANDING_TARGETS:
            files = dict(
                compiler_files = "//freestanding:compiler_files",
                linker_files = "//freestanding:linker_files",
            )
        _declare(
            name,
            _config(name, target["compiler"]),
            constraints(target) + [constraint("no_detector")],
            **files
        )
    _declare(RACE, _RACE, constraints(TARGETS[HOST]) + [constraint("race_detector")])
    _declare(FUZZ, _FUZZ, constraints(TARGETS[HOST]) + [constraint("fuzzer")])
