"""Whether the libraries for flags, JSON and text are available."""

load("@local_tools//:tools.bzl", "HAS_HOST_LIBRARIES")

# With modules they come from the central registry; labels then begin with two "@".
_FROM_REGISTRY = str(Label("//:BUILD")).startswith("@@")

# Skips what uses them where they are missing.
HOST_LIBRARIES = [] if HAS_HOST_LIBRARIES or _FROM_REGISTRY else ["//platforms:unavailable"]
