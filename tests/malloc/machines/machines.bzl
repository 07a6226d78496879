"""Tests of the preloaded library on real kernels."""

load("@local_tools//:tools.bzl", "MISSING", "TOOLS_DIR")
load("//platforms:targets.bzl", "HOST", "TARGETS", "is_chosen", "programs_of")
load("//tools/build:atoll_cc.bzl", "HOST_ONLY")
load("//tools/build:script_test.bzl", "script_test")

_RUN = "//toolchains/emulators:run.sh"

def preloaded_tests(name, commands, files):
    """NAME.TARGET for every target that is a kernel of the host's processor and has the test in its row.

    Args:
      name: the tests' name.
      commands: what they run, in the form that initrd.py takes.
      files: the programs and libraries that it needs, labels or files of the host.
    """
    labels = [file for file in files if not file.startswith("/bin/")]
    test = "//%s:%s" % (native.package_name(), name)
    for target in TARGETS:
        runner = TARGETS[target]["runner"]
        if runner["kind"] != "kernel" or programs_of(target) != HOST or not is_chosen(target, test):
            continue
        script_test(
            name = name + "." + target,
            size = "large",
            args = [
                "$(location %s)" % _RUN,
                runner["argument"],
                TOOLS_DIR,
                "$(location %s)" % runner["host"],
                "$(location %s)" % commands,
            ] + [
                "$(location %s)" % file if file in labels else file
                for file in files
            ],
            data = labels + [
                commands,
                runner["host"],
                _RUN,
                "//toolchains/emulators:initrd.py",
            ],
            script = "preloaded_test.sh",
            # They have a malloc() of their own.
            tags = ["matrix", "no-sanitizers", target],
            target_compatible_with = HOST_ONLY + (["//platforms:unavailable"] if target in MISSING else []),
        )
