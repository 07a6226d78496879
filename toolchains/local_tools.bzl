"""Finds out which components of the table are on this machine, and tells the build what is missing.

The repository @local_tools has one file, tools.bzl:
  TOOLS_DIR   the folder of the tools that are unpacked outside of the system's folders
  MISSING     target -> components that are not here; a target without an entry can be built and run
  HAS_...     whether a component that no target needs is here
"""

load("//platforms:targets.bzl", "TARGETS")
load("//toolchains:components.bzl", "COMPONENTS")

_TOLD = [
    "bazel",
    "bazel7",
    "clang",
    "compared-programs",
    "firmware-compilers",
    "firmware-examples",
    "fuzzers",
    "google-benchmark",
    "host-libraries",
    "librsvg",
    "model-checker",
    "packaging",
    "preloaded-company",
    "preloaded-programs",
    "race-detector",
    "vendored-projects",
]

def _tools_dir(ctx):
    env = ctx.os.environ
    if env.get("ATOLL_TOOLS"):
        return env["ATOLL_TOOLS"]
    if ctx.path("/opt/atoll").exists:
        return "/opt/atoll"
    return env.get("HOME", "/nonexistent") + "/.local/share/atoll"

def _is_here(ctx, tools_dir, component):
    for file in COMPONENTS[component]["files"]:
        if not ctx.path(file.replace("{tools}", tools_dir)).exists:
            return False
    return True

def _local_tools_impl(ctx):
    tools_dir = _tools_dir(ctx)
    missing = {}
    for name, target in TARGETS.items():
        lacks = [c for c in target["needs"] if not _is_here(ctx, tools_dir, c)]
        if lacks:
            missing[name] = lacks
    ctx.file("BUILD", "")
    lines = ["TOOLS_DIR = %r" % tools_dir, "MISSING = %r" % missing]
    for component in _TOLD:
        name = "HAS_" + component.upper().replace("-", "_")
        lines.append("%s = %r" % (name, _is_here(ctx, tools_dir, component)))
    ctx.file("tools.bzl", "\n".join(lines) + "\n")

local_tools = repository_rule(
    implementation = _local_tools_impl,
    configure = True,
    environ = ["ATOLL_TOOLS", "HOME"],
    local = True,
)
