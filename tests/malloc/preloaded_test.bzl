"""Scripts that run programs under the preloaded library."""

load("//tools/build:atoll_cc.bzl", "HOST_ONLY")
load("//tools/build:script_test.bzl", "script_test")

def preloaded_test(name, arguments, data = [], tags = [], target_compatible_with = [], **kwargs):
    """Runs the script NAME.sh.

    Args:
      name: of the test.
      arguments: labels of what the script is given behind the library, in this order.
      data: what else it needs.
      tags: as usual.
      target_compatible_with: as usual; the host is always asked for.
      **kwargs: as of script_test().
    """
    files = ["//src/malloc:libatoll.so"] + arguments
    script_test(
        name = name,
        args = ["$(location %s)" % file for file in files],
        data = files + data,
        script = name + ".sh",
        # They have a malloc() of their own.
        tags = tags + ["no-sanitizers"],
        target_compatible_with = HOST_ONLY + target_compatible_with,
        **kwargs
    )
