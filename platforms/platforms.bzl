"""Platforms and constraint values, derived from the table of targets."""

load(":targets.bzl", "HOST", "TARGETS")

# The host's platform with a race detector. It is not a target; --config=tsan selects it.
RACE = HOST + "_race"

# The host's platform for fuzzers. It is not a target; --config=fuzz selects it.
FUZZ = HOST + "_fuzz"

# The targets that have programs of their own, and so a platform and a compiler.
COMPILED = {name: target for name, target in TARGETS.items() if "compiler" in target}

# The targets without a C++ library.
FREESTANDING_TARGETS = [
    name
    for name, target in COMPILED.items()
    if target["compiler"]["kind"] in ["freestanding", "firmware"]
]

# The targets without an operating system or an MMU.
FIRMWARE_TARGETS = [
    name
    for name, target in COMPILED.items()
    if target["compiler"]["kind"] == "firmware"
]

# The folders of //freestanding that a target's own part can be in.
FREESTANDING_PLATFORMS = {
    COMPILED[name]["compiler"]["platform"]: None
    for name in FREESTANDING_TARGETS
}.keys()

def constraint(value):
    """The label of a constraint value as the table names it."""
    return value if value.startswith("@") else "//platforms:" + value

def constraints(target):
    """The constraint values that tell a target from all others.

    Args:
      target: its row of the table.

    Returns:
      their labels.
    """
    memory = "memory64" if target.get("memory64") else "usual_memory"
    platform = target["compiler"].get("platform")
    values = [target["os"], target["cpu"], memory] + (["freestanding_" + platform] if platform else [])
    return [constraint(value) for value in values]

def _properties(name):
    """The unusual constraint values that a target shares with some others."""
    target = TARGETS[name]
    is_freestanding = name in FREESTANDING_TARGETS
    has_threads = target["compiler"].get("threads", not is_freestanding and target["cpu"] != "wasm")
    properties = [] if has_threads else [":single_thread"]
    if is_freestanding:
        properties.append(":freestanding")
    if name in FIRMWARE_TARGETS:
        properties.append(":firmware")
    return properties

# The settings for select(): is_NAME.
_CONDITIONS = {
    "android": "@platforms//os:android",
    "bare": "@platforms//os:none",
    "darwin": "@platforms//os:macos",
    "firmware": ":firmware",
    "freebsd": "@platforms//os:freebsd",
    "freestanding": ":freestanding",
    "ios": "@platforms//os:ios",
    "netbsd": ":netbsd",
    "plan9": ":plan9",
    "openbsd": "@platforms//os:openbsd",
    "single_thread": ":single_thread",
    "wasm": ":wasm",
    "windows": "@platforms//os:windows",
}

def _declare_values(setting, key):
    values = {t[key]: None for t in COMPILED.values() if not t[key].startswith("@")}
    for value in values:
        native.constraint_value(
            name = value,
            constraint_setting = setting,
        )

def _declare_choice(setting, usual, *others):
    """A setting with two values or more. Platforms that do not set it have the usual one."""
    native.constraint_setting(
        name = setting,
        default_constraint_value = ":" + usual,
    )
    for value in [usual] + list(others):
        native.constraint_value(
            name = value,
            constraint_setting = ":" + setting,
        )

def declare_platforms():
    """One platform per target, and the settings for select()."""
    _declare_values("@platforms//os:os", "os")
    _declare_values("@platforms//cpu:cpu", "cpu")

    # No platform provides this, so Bazel skips what demands it.
    native.constraint_setting(name = "availability")
    native.constraint_value(
        name = "unavailable",
        constraint_setting = ":availability",
    )

    # Whether the compiler and the runner are on this machine.
    _declare_choice("tools", "tools_here", "tools_missing")

    # Whether a race detector watches the program, as in `go build -race`, or a fuzzer calls it.
    _declare_choice("detector", "no_detector", "race_detector", "fuzzer")
    for name, detector in [
        (RACE, ":race_detector"),
        (FUZZ, ":fuzzer"),
    ]:
        native.platform(
            name = name,
            constraint_values = constraints(TARGETS[HOST]) + [detector],
            parents = ["//platforms/here:" + name],
        )

    for name, target in COMPILED.items():
        native.platform(
            name = name,
            constraint_values = constraints(target) + _properties(name),
            parents = ["//platforms/here:" + name],
        )

    # Two targets may differ only in this.
    _declare_choice("memory", "usual_memory", "memory64")

    # Whether it is a machine without an operating system or an MMU.
    _declare_choice("machine", "usual_machine", "firmware")

    # Whether there is a C++ library, or //freestanding in its place.
    _declare_choice("cxx_library", "hosted", "freestanding")

    # Which folder of //freestanding has the platform. Firmware for the same processor may differ only in this.
    native.constraint_setting(name = "freestanding_platform")
    for platform in FREESTANDING_PLATFORMS:
        native.constraint_value(
            name = "freestanding_" + platform,
            constraint_setting = ":freestanding_platform",
        )
        native.config_setting(
            name = "is_freestanding_" + platform,
            constraint_values = [":freestanding_" + platform],
        )

    # Whether tests may have threads.
    _declare_choice("threads", "many_threads", "single_thread")

    native.config_setting(
        name = "is_host",
        constraint_values = constraints(TARGETS[HOST]),
    )

    # For copts of other workspaces, whose toolchains Atoll does not know.
    native.config_setting(
        name = "is_debugged",
        values = {"compilation_mode": "dbg"},
    )

    # An alias() can select on these, but not on a constraint value.
    for name, value in _CONDITIONS.items():
        native.config_setting(
            name = "is_" + name,
            constraint_values = [value],
        )
