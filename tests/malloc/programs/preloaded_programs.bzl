"""Whether the programs are here that are run under the preloaded library."""

load("@local_tools//:tools.bzl", "HAS_CLANG", "HAS_COMPARED_PROGRAMS", "HAS_PRELOADED_PROGRAMS")

PRELOADED_PROGRAMS = [] if HAS_CLANG and HAS_COMPARED_PROGRAMS and HAS_PRELOADED_PROGRAMS else ["//platforms:unavailable"]
