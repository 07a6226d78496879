"""Tests and files that are built with optimisation, whatever the build's own mode is."""

def _transition_impl(_settings, _attr):
    return {"//command_line_option:compilation_mode": "opt"}

_optimised_transition = transition(
    implementation = _transition_impl,
    inputs = [],
    outputs = ["//command_line_option:compilation_mode"],
)

def _impl(ctx):
    test = ctx.attr.test[0][DefaultInfo]
    program = test.files_to_run.executable
    launcher = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = launcher, target_file = program, is_executable = True)
    return [DefaultInfo(
        executable = launcher,
        runfiles = ctx.runfiles(files = [program]).merge(test.default_runfiles),
    )]

optimised_test = rule(
    implementation = _impl,
    attrs = {
        "test": attr.label(doc = "the program", mandatory = True, cfg = _optimised_transition),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    doc = "Runs a test program built with -c opt.",
    test = True,
)

def _file_impl(ctx):
    file = ctx.attr.file[0][DefaultInfo].files_to_run.executable
    out = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = out, target_file = file)
    return [DefaultInfo(files = depset([out]), runfiles = ctx.runfiles(files = [out, file]))]

optimised_file = rule(
    implementation = _file_impl,
    attrs = {
        "file": attr.label(doc = "what is linked", mandatory = True, cfg = _optimised_transition),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    doc = "A program or shared library built with -c opt, by the name of the rule.",
)
