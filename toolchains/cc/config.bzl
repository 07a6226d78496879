"""How a compiler is called: the cc_toolchain_config of every target."""

load("@rules_cc//cc:action_names.bzl", "ACTION_NAMES")
load(
    "@rules_cc//cc:cc_toolchain_config_lib.bzl",
    "artifact_name_pattern",
    "feature",
    "flag_group",
    "flag_set",
    "tool_path",
)
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/toolchains:cc_toolchain_config_info.bzl", "CcToolchainConfigInfo")

_COMPILE = [
    ACTION_NAMES.assemble,
    ACTION_NAMES.c_compile,
    ACTION_NAMES.cpp_compile,
    ACTION_NAMES.cpp_header_parsing,
    ACTION_NAMES.preprocess_assemble,
]

_COMPILE_CXX = [
    ACTION_NAMES.cpp_compile,
    ACTION_NAMES.cpp_header_parsing,
]

_LINK = [
    ACTION_NAMES.cpp_link_dynamic_library,
    ACTION_NAMES.cpp_link_executable,
    ACTION_NAMES.cpp_link_nodeps_dynamic_library,
]

_SANITIZERS = {
    "asan": "address",
    "ubsan": "undefined",
}

def _flags(actions, flags):
    return [flag_set(actions = actions, flag_groups = [flag_group(flags = flags)])] if flags else []

def _sanitizer(name):
    flag = "-fsanitize=" + _SANITIZERS[name]

    # The sanitizer recognises virtual tables by RTTI, which the core does not have.
    without = ["-fno-sanitize=vptr"] if name == "ubsan" else []
    return feature(
        name = name,
        flag_sets = _flags(_COMPILE, [flag, "-fno-omit-frame-pointer", "-fno-sanitize-recover=all", "-g"] + without) +
                    _flags(_LINK, [flag]),
    )

def _impl(ctx):
    features = [
        feature(
            name = "default_flags",
            enabled = True,
            flag_sets = _flags(_COMPILE, [
                            "-no-canonical-prefixes",
                            "-Wno-builtin-macro-redefined",
                            "-D__DATE__=\"redacted\"",
                            "-D__TIME__=\"redacted\"",
                            "-D__TIMESTAMP__=\"redacted\"",
                        ] + ctx.attr.compile_flags) +
                        _flags(_COMPILE_CXX, ["-std=c++20"] + ctx.attr.cxx_flags) +
                        _flags([ACTION_NAMES.cpp_link_executable], ctx.attr.program_link_flags) +
                        _flags(_LINK, ctx.attr.link_flags),
        ),
        # A program may choose another way: features = ["-static_program"].
        feature(
            name = "static_program",
            enabled = True,
            flag_sets = _flags(_LINK, ["-static"] if ctx.attr.static_program else []),
        ),
        feature(name = "dbg", flag_sets = _flags(_COMPILE, ["-g", "-O0"])),
        feature(name = "fastbuild", flag_sets = _flags(_COMPILE, ["-O1"])),
        feature(name = "opt", flag_sets = _flags(_COMPILE, ["-O2", "-DNDEBUG"] + ctx.attr.opt_flags)),
    ]
    features += [_sanitizer(name) for name in ctx.attr.sanitizers]
    if ctx.attr.pic:
        features.append(feature(name = "supports_pic", enabled = True))
    if ctx.attr.dynamic_linker:
        features.append(feature(name = "supports_dynamic_linker", enabled = True))
    patterns = []
    if ctx.attr.program_suffix:
        patterns.append(artifact_name_pattern(
            category_name = "executable",
            prefix = "",
            extension = ctx.attr.program_suffix,
        ))
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        abi_libc_version = "unknown",
        abi_version = "unknown",
        artifact_name_patterns = patterns,
        compiler = ctx.attr.compiler,
        cxx_builtin_include_directories = ctx.attr.include_directories,
        features = features,
        host_system_name = "local",
        target_cpu = ctx.attr.target,
        target_libc = "unknown",
        target_system_name = ctx.attr.target,
        tool_paths = [tool_path(name = n, path = p) for n, p in ctx.attr.tools.items()],
        toolchain_identifier = ctx.attr.target,
    )

cc_toolchain_config = rule(
    implementation = _impl,
    attrs = {
        "compile_flags": attr.string_list(),
        "compiler": attr.string(mandatory = True),
        "cxx_flags": attr.string_list(),
        "dynamic_linker": attr.bool(),
        "include_directories": attr.string_list(mandatory = True),
        "link_flags": attr.string_list(),
        "opt_flags": attr.string_list(),
        "pic": attr.bool(),
        "program_link_flags": attr.string_list(doc = "not those of shared libraries"),
        "program_suffix": attr.string(),
        "sanitizers": attr.string_list(),
        "static_program": attr.bool(),
        "target": attr.string(mandatory = True),
        "tools": attr.string_dict(mandatory = True),
    },
    provides = [CcToolchainConfigInfo],
)
