"""GoogleTest from the sources in Debian's package, built for each target."""

_SOURCES = "/usr/src/googletest"

_BUILD = """
load("@rules_cc//cc:cc_library.bzl", "cc_library")

package(default_visibility = ["//visibility:public"])

cc_library(
    name = "gtest",
    srcs = glob(["googletest/src/gtest-all.cc"]),
    hdrs = glob(["googletest/include/gtest/**/*.h"]),
    copts = ["-O0", "-w"],
    includes = ["googletest", "googletest/include"],
    textual_hdrs = glob(
        ["googletest/src/*.h", "googletest/src/gtest*.cc"],
        exclude = ["googletest/src/gtest-all.cc", "googletest/src/gtest_main.cc"],
    ),
)

cc_library(
    name = "gtest_main",
    srcs = glob(["googletest/src/gtest_main.cc"]),
    copts = ["-O0", "-w"],
    deps = [":gtest"],
    # WebAssembly's start-up code refers to main() weakly, which pulls nothing out of an archive.
    alwayslink = True,
)
"""

def _debian_googletest_impl(ctx):
    ctx.file("BUILD", _BUILD)
    if ctx.path(_SOURCES + "/googletest").exists:
        ctx.symlink(_SOURCES + "/googletest", "googletest")

debian_googletest = repository_rule(
    implementation = _debian_googletest_impl,
    local = True,
)
