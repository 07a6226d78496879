"""What a workspace that reads WORKSPACE needs to depend on Atoll. With modules, MODULE.bazel says it all."""

def _stand_in_impl(ctx):
    folder = ctx.path(Label("//third_party:BUILD")).dirname.get_child("bazel4").get_child(ctx.attr.of)
    for entry in folder.readdir():
        ctx.symlink(entry, entry.basename)

_stand_in = repository_rule(
    implementation = _stand_in_impl,
    attrs = {"of": attr.string(doc = "a folder of third_party/bazel4", mandatory = True)},
    doc = "Rules under the names of today's rules_cc, made of those that Bazel has built in.",
    local = True,
)

def _is_debian_bazel4():
    """Debian's build does not know its version; labels have had this method since Bazel 6."""
    return not native.bazel_version and not hasattr(Label("//:BUILD"), "same_package_label")

def atoll_dependencies():
    """The repositories that Atoll's libraries load, if the workspace has none of these names so far.

    It needs no network. A workspace that uses rules_cc itself names it before.
    """
    names = ["rules_cc"]
    if _is_debian_bazel4():
        # It would fetch these to build anything at all.
        names += ["rules_java", "remote_coverage_tools"]
    for name in names:
        if not native.existing_rule(name):
            _stand_in(
                name = name,
                of = name,
            )
