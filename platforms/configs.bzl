"""The file of --configs, one per target, derived from the table."""

load(":targets.bzl", "TARGETS", "has_own_build", "programs_of", "writes_outside_sandbox")

def _configs_text():
    lines = [
        "# Written from platforms/targets.bzl by tools/update. Do not edit.",
    ]
    for name in TARGETS:
        lines.append("")
        if not has_own_build(name):
            # It does not run all plain tests.
            lines += [
                "build:%s --build_tag_filters=%s" % (name, name),
                "test:%s --test_tag_filters=%s" % (name, name),
            ]
            continue
        lines += [
            "build:%s --platforms=//platforms:%s" % (name, programs_of(name)),
            "build:%s --platform_suffix=-%s" % (name, programs_of(name)),
            "build:%s --run_under=//toolchains/emulators:%s_run" % (name, name),
            "build:%s --build_tag_filters=-matrix" % name,
            "test:%s --test_tag_filters=-matrix" % name,
        ]
        if writes_outside_sandbox(name):
            lines.append("# The wine prefix is outside of the sandbox.")
            lines.append("test:%s --strategy=TestRunner=local" % name)
    return "\n".join(lines) + "\n"

def _configs_file_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".bazelrc")
    ctx.actions.write(out, _configs_text())
    return [DefaultInfo(files = depset([out]))]

configs_file = rule(implementation = _configs_file_impl)

def _current_test_impl(ctx):
    script = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(script, """#!/bin/sh
diff -u '%s' '%s' || { echo 'Not current: run tools/update.'; exit 1; }
""" % (ctx.file.actual.short_path, ctx.file.expected.short_path), is_executable = True)
    return [DefaultInfo(
        executable = script,
        runfiles = ctx.runfiles(files = [ctx.file.actual, ctx.file.expected]),
    )]

current_test = rule(
    implementation = _current_test_impl,
    attrs = {
        "actual": attr.label(allow_single_file = True),
        "expected": attr.label(allow_single_file = True),
    },
    doc = "Fails if a committed file differs from what is written anew.",
    test = True,
)
