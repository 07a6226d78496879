"""Whether Google Benchmark is available."""

load("@local_tools//:tools.bzl", "HAS_GOOGLE_BENCHMARK")

# With modules it comes from the central registry; labels then begin with two "@".
_FROM_REGISTRY = str(Label("//:BUILD")).startswith("@@")

# Skips what uses it where it is missing.
GOOGLE_BENCHMARK = [] if HAS_GOOGLE_BENCHMARK or _FROM_REGISTRY else ["//platforms:unavailable"]
