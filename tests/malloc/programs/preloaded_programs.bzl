"""Whether the programs are here that are run under the preloaded library."""

load(
    "@local_tools//:tools.bzl",
    "HAS_CLANG",
    "HAS_COMPARED_PROGRAMS",
    "HAS_PRELOADED_COMPANY",
    "HAS_PRELOADED_PROGRAMS",
)

_UNAVAILABLE = ["//platforms:unavailable"]

PRELOADED_PROGRAMS = [] if HAS_CLANG and HAS_COMPARED_PROGRAMS and HAS_PRELOADED_PROGRAMS else _UNAVAILABLE

# Their python and perl are among the compared programs.
COMPANY = [] if HAS_COMPARED_PROGRAMS and HAS_PRELOADED_COMPANY else _UNAVAILABLE
