"""Scripts that run programs under the preloaded library."""

load("//tools/build:atoll_cc.bzl", "HOST_ONLY")
load("//tools/build:script_test.bzl", "script_test")

def preloaded_test(name, files, data = [], tags = [], target_compatible_with = [], **kwargs):
    """Runs the script NAME.sh.

    Args:
      name: of the test.
      files: labels of what the script is given, in this order, behind the library.
      data: what else it needs.
      tags: as usual.
      target_compatible_with: as usual; the host is always asked for.
      **kwargs: as of script_test().
    """
    arguments = ["//src/malloc:libatoll.so"] + files
    script_test(
        name = name,
        args = ["$(location %s)" % file for file in arguments],
        data = arguments + data,
        script = name + ".sh",
        # They have a malloc() of their own.
        tags = tags + ["no-sanitizers"],
        target_compatible_with = HOST_ONLY + target_compatible_with,
        **kwargs
    )
