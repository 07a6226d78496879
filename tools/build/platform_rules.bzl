"""Rules that build a program for another platform and run it under that platform's emulator."""

load("//toolchains/emulators:emulator.bzl", "EMULATOR_TOOLCHAIN_TYPE", "launcher_text")

PlatformProgramInfo = provider(
    doc = "A program built for another platform, and how it is run.",
    fields = {
        "emulator": "the emulator toolchain's `emulator`",
        "program": "the program's File",
    },
)

def _transition_impl(_settings, attr):
    return {"//command_line_option:platforms": [str(Label("//platforms:" + attr.platform))]}

_platform_transition = transition(
    implementation = _transition_impl,
    inputs = [],
    outputs = ["//command_line_option:platforms"],
)

def _impl(ctx):
    emulator = ctx.toolchains[EMULATOR_TOOLCHAIN_TYPE].emulator
    program = ctx.attr.test[DefaultInfo].files_to_run.executable
    launcher = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(
        launcher,
        launcher_text(emulator, program.short_path, ctx.attr.emulator_options),
        is_executable = True,
    )
    runfiles = ctx.runfiles(files = [program] + emulator.files)
    return [
        DefaultInfo(
            executable = launcher,
            runfiles = runfiles.merge(ctx.attr.test[DefaultInfo].default_runfiles),
        ),
        PlatformProgramInfo(emulator = emulator, program = program),
    ]

_ATTRS = {
    "emulator_options": attr.string_list(doc = "options of the emulator"),
    "platform": attr.string(doc = "the target, as in //platforms:targets.bzl", mandatory = True),
    "test": attr.label(doc = "the program", mandatory = True),
    "_allowlist_function_transition": attr.label(
        default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
    ),
}

platform_test = rule(
    implementation = _impl,
    attrs = _ATTRS,
    cfg = _platform_transition,
    doc = "Runs a test program of another platform.",
    test = True,
    toolchains = [EMULATOR_TOOLCHAIN_TYPE],
)

platform_binary = rule(
    implementation = _impl,
    attrs = _ATTRS,
    cfg = _platform_transition,
    doc = "A script that runs a program of another platform.",
    executable = True,
    toolchains = [EMULATOR_TOOLCHAIN_TYPE],
)
