"""Rules that build a program for another platform and run it under that platform's emulator."""

load("//platforms:targets.bzl", "HOST", "TARGETS", "programs_of")
load(
    "//toolchains/emulators:emulator.bzl",
    "EMULATOR_TOOLCHAIN_TYPE",
    "host_program",
    "host_transition",
    "launcher_text",
)

PlatformProgramInfo = provider(
    doc = "A program built for another platform, and how it is run.",
    fields = {
        "emulator": "the emulator toolchain's `emulator`",
        "host": "the File of the emulator's own host program, or None",
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
    if ctx.attr.emulator:
        emulator = ctx.attr.emulator[platform_common.ToolchainInfo].emulator
    program = ctx.attr.test[DefaultInfo].files_to_run.executable
    host = host_program(ctx.attr.host)
    launcher = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(
        launcher,
        launcher_text(emulator, host, program.short_path, ctx.attr.emulator_options),
        is_executable = True,
    )
    runfiles = ctx.runfiles(files = [program] + emulator.files + ([host] if host else []))
    return [
        DefaultInfo(
            executable = launcher,
            runfiles = runfiles.merge(ctx.attr.test[DefaultInfo].default_runfiles),
        ),
        PlatformProgramInfo(emulator = emulator, host = host, program = program),
    ]

_ATTRS = {
    "emulator": attr.label(doc = "what runs it, if not the platform's own"),
    "emulator_options": attr.string_list(doc = "options of the emulator"),
    "host": attr.label(doc = "the emulator's own host program", cfg = host_transition),
    "on": attr.string(doc = "the target that the host is built for", default = HOST),
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

def _file_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(
        output = out,
        target_file = ctx.attr.file[DefaultInfo].files_to_run.executable,
    )
    return [DefaultInfo(files = depset([out]))]

platform_file = rule(
    implementation = _file_impl,
    attrs = {
        "file": attr.label(doc = "what is linked", mandatory = True),
        "platform": attr.string(mandatory = True),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    cfg = _platform_transition,
    doc = "A shared library of another platform, by the name of the rule.",
)

def cell(target):
    """The attributes of a target's cell of a rule above: its platform, and its emulator if it has one."""
    platform = programs_of(target)
    runner = TARGETS[target]["runner"]
    return dict(
        host = runner.get("host"),
        on = runner.get("on", HOST),
        emulator = "//toolchains/emulators:%s_run" % target if platform != target else None,
        platform = platform,
        target_compatible_with = ["//platforms/here:can_run_" + target],
    )
