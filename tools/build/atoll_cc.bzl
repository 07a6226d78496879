"""The project's C++ rules: one set of flags, and one cell per target for every test."""

load("@rules_cc//cc:cc_binary.bzl", "cc_binary")
load("@rules_cc//cc:cc_library.bzl", "cc_library")
load("@rules_cc//cc:cc_test.bzl", "cc_test")
load("//platforms:platforms.bzl", "constraints")
load("//platforms:targets.bzl", "HOST", "TARGETS", "is_chosen", "writes_outside_sandbox")
load(":platform_rules.bzl", "cell", "platform_test")

_WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"]

# In another workspace the toolchain is somebody else's: it knows neither the standard that the sources need, nor which
# warnings they are free of. An allocator that is not optimised is of no use there, unless somebody debugs it.
_ABROAD = ["-std=c++20", "-w"] + select({
    "//platforms:is_debugged": [],
    "//conditions:default": ["-O2"],
})

# The core and the backends run where there is no C++ runtime.
_FREESTANDING = ["-fno-exceptions", "-fno-rtti"]

# Tests are compiled for every target and run only for a moment: this saves a third of the time.
# Firmware is optimised for size, and so are its tests.
_TEST_OPTIMISATION = select({
    "//platforms:is_firmware": ["-Os"],
    "//conditions:default": ["-O0"],
})

# Skips targets that cannot be built here, instead of failing.
_TOOLS_HERE = ["//platforms:tools_here"]

def _is_abroad():
    """Whether another workspace depends on this one, and a package of this one is loaded there."""
    return native.repository_name() not in ["@", "@@"]

# Some targets have only one thread, and some have only the C++ library of //freestanding.
def where_threads(items):
    return select({
        "//platforms:is_single_thread": [],
        "//conditions:default": items,
    })

# Targets that use the host's libraries are built only for the host.
HOST_ONLY = constraints(TARGETS[HOST])

def _path(file):
    """A file's path in its own workspace."""
    path = file.short_path
    return path.split("/", 2)[2] if path.startswith("../") else path

def _write_includes_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".cc")
    includes = ["#include \"%s\"" % _path(f) for f in ctx.files.srcs if f.extension == "cc"]
    ctx.actions.write(out, "\n".join(includes) + "\n")
    return [DefaultInfo(files = depset([out]))]

_write_includes = rule(
    implementation = _write_includes_impl,
    attrs = {"srcs": attr.label_list(allow_files = True)},
)

def _one_unit(name, srcs, testonly = False):
    """One source that includes all of `srcs`.

    Args:
      name: of what it is made for.
      srcs: names in them must not clash.
      testonly: as in cc_library.

    Returns:
      the source, and what it depends on.
    """
    _write_includes(
        name = name + "_unit",
        srcs = srcs,
        testonly = testonly,
    )
    cc_library(
        name = name + "_sources",
        testonly = testonly,
        textual_hdrs = srcs,
    )
    return [name + "_unit"], [name + "_sources"]

def atoll_cc_library(
        name,
        srcs = [],
        one_unit = True,
        copts = [],
        deps = [],
        target_compatible_with = [],
        **kwargs):
    """A library of src/ or os/: strict warnings, no exceptions, no RTTI.

    For other targets than the host, and in other workspaces, its sources are compiled as one: a fifth of the time, on
    every target. The host's build sees to it that each can stand alone.

    Args:
      name: as in cc_library.
      srcs: as in cc_library.
      one_unit: whether that is so; names in the sources must not clash.
      copts: as in cc_library.
      deps: as in cc_library.
      target_compatible_with: as in cc_library.
      **kwargs: as in cc_library.
    """
    unit_deps = []
    if one_unit and type(srcs) == "list" and len([s for s in srcs if s.endswith(".cc")]) > 1:
        together = [s for s in srcs if s.endswith(".cc") or s.endswith(".h")]
        unit, sources = _one_unit(name, together, kwargs.get("testonly", False))
        unit += [s for s in srcs if s not in together]
        if _is_abroad():
            unit_deps, srcs = sources, unit
        else:
            unit_deps = select({
                "//platforms:is_host": [],
                "//conditions:default": sources,
            })
            srcs = select({
                "//platforms:is_host": srcs,
                "//conditions:default": unit,
            })
    cc_library(
        name = name,
        srcs = srcs,
        copts = (_ABROAD if _is_abroad() else _WARNINGS) + _FREESTANDING + copts,
        target_compatible_with = target_compatible_with + _TOOLS_HERE,
        deps = deps + unit_deps,
        **kwargs
    )

def atoll_host_library(name, copts = [], **kwargs):
    """A library for the host's own tools, which may use the whole C++ library."""
    cc_library(
        name = name,
        copts = _WARNINGS + copts,
        target_compatible_with = HOST_ONLY + _TOOLS_HERE,
        **kwargs
    )

def atoll_cc_binary(name, copts = [], target_compatible_with = [], **kwargs):
    """A program."""
    cc_binary(
        name = name,
        copts = _WARNINGS + copts,
        target_compatible_with = target_compatible_with + _TOOLS_HERE,
        **kwargs
    )

def atoll_cc_test(
        name,
        srcs,
        targets = TARGETS.keys(),
        emulator_options = [],
        matrix = True,
        main = True,
        one_unit = False,
        size = "medium",
        deps = [],
        copts = [],
        tags = [],
        target_compatible_with = [],
        **kwargs):
    """A GoogleTest program: NAME for the current platform, NAME.TARGET for every other target.

    Args:
      name: the test's name.
      srcs: as in cc_test.
      targets: the targets that get a cell, if the table's `tests` has nothing against it.
      emulator_options: options of the emulator.
      matrix: whether there are cells at all; without, the test is for the host.
      main: whether GoogleTest's own main() is linked in.
      one_unit: whether all sources are compiled as one, so that GoogleTest is read once and not for
        each: a third of the time, on every target. Names of the files must not clash.
      size: as in cc_test; emulators are slow, so not "small".
      deps: as in cc_test.
      copts: as in cc_test.
      tags: as in cc_test.
      target_compatible_with: as in cc_test.
      **kwargs: as in cc_test.
    """
    if not matrix:
        target_compatible_with = target_compatible_with + HOST_ONLY
    if one_unit:
        srcs, sources = _one_unit(name, srcs, testonly = True)
        deps = deps + sources
    cc_test(
        name = name,
        size = size,
        srcs = srcs,
        copts = _WARNINGS + _TEST_OPTIMISATION + copts,
        tags = tags,
        target_compatible_with = target_compatible_with + _TOOLS_HERE,
        deps = deps + ["//tests:gtest_main" if main else "//tests:gtest"],
        # For --run_under; the launcher of a cell has its own.
        env = {"ATOLL_EMULATOR_OPTIONS": " ".join(emulator_options)} if emulator_options else {},
        **kwargs
    )
    if not matrix:
        return
    for target in targets:
        if target == HOST or not is_chosen(target, "//%s:%s" % (native.package_name(), name)):
            continue
        platform_test(
            name = name + "." + target,
            size = size,
            emulator_options = emulator_options,
            # Wine's prefix is outside of the sandbox.
            tags = tags + ["matrix", target] + (["no-sandbox"] if writes_outside_sandbox(target) else []),
            test = ":" + name,
            **cell(target)
        )
