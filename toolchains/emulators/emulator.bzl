"""A toolchain type that says how a target's programs are run.

Every kind of runner goes through run.sh, which starts the program and checks that it really ran.
"""

load("//platforms:platforms.bzl", "COMPILED", "constraints")
load("//platforms:targets.bzl", "HOST", "TARGETS")

# A string: Bazel 4 takes no Label here.
EMULATOR_TOOLCHAIN_TYPE = "//toolchains/emulators:toolchain_type"

def launcher_text(emulator, host, program, arguments = []):
    """A shell script that runs a program.

    Args:
      emulator: the toolchain's `emulator`.
      host: the emulator's own host program, or None.
      program: the program's path below the runfiles, or "" to run what the arguments name.
      arguments: options of the emulator; without, those of the environment.
    """
    return """#!/bin/bash
# Below a test's or a program's runfiles, or beside this script for --run_under.
if [[ -z "${{ATOLL_ROOT:-}}" ]]; then
  for root in "${{TEST_SRCDIR:+$TEST_SRCDIR/{workspace}}}" "${{BASH_SOURCE[0]}}.runfiles/{workspace}" \\
      "${{BASH_SOURCE[0]%%/{workspace}/*}}/{workspace}" "$PWD"; do
    [[ -e "$root/{run}" ]] && ATOLL_ROOT="$root" && break
  done
fi
export ATOLL_ROOT ATOLL_TOOLS='{tools}' ATOLL_EMULATOR_OPTIONS={options}
export ATOLL_HOST="$ATOLL_ROOT/{host}"
exec bash "$ATOLL_ROOT/{run}" '{kind}' '{argument}' {program} "$@"
""".format(
        argument = emulator.argument,
        host = host.short_path if host else "",
        kind = emulator.kind,
        options = "'%s'" % " ".join(arguments) if arguments else '"${ATOLL_EMULATOR_OPTIONS:-}"',
        program = ("\"$ATOLL_ROOT/%s\"" % program) if program else "",
        run = emulator.run.short_path,
        tools = emulator.tools,
        workspace = emulator.workspace,
    )

def _host_transition_impl(_settings, attr):
    return {"//command_line_option:platforms": [str(Label("//platforms:" + attr.on))]}

host_transition = transition(
    implementation = _host_transition_impl,
    inputs = [],
    outputs = ["//command_line_option:platforms"],
)

def host_program(host):
    """The File of a `host` attribute with the transition, or None."""
    return host[0][DefaultInfo].files_to_run.executable if host else None

def _emulator_impl(ctx):
    files = [ctx.file._run] + ctx.files._helpers
    info = struct(
        kind = ctx.attr.kind,
        argument = ctx.attr.argument,
        run = ctx.file._run,
        files = files,
        tools = ctx.attr.tools,
        workspace = ctx.workspace_name,
    )

    # For --run_under this is the target itself. Only there the host program is needed: before Bazel
    # 5 a toolchain and its dependencies are always built for the machine that builds.
    host = host_program(ctx.attr.host)
    launcher = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(launcher, launcher_text(info, host, ""), is_executable = True)
    runfiles = ctx.runfiles(files = files + ([host] if host else []))
    return [
        DefaultInfo(executable = launcher, runfiles = runfiles),
        platform_common.ToolchainInfo(emulator = info),
    ]

_emulator = rule(
    implementation = _emulator_impl,
    attrs = {
        "argument": attr.string(),
        "host": attr.label(doc = "the program that runs them", cfg = host_transition),
        "kind": attr.string(mandatory = True),
        "on": attr.string(doc = "the target the host is built for", default = HOST),
        "tools": attr.string(doc = "the folder of the tools that are unpacked beside the system"),
        "_run": attr.label(allow_single_file = True, default = "//toolchains/emulators:run.sh"),
        "_helpers": attr.label_list(
            allow_files = True,
            default = [
                "//toolchains/emulators:initrd.py",
                "//toolchains/emulators:wasm_host.mjs",
                "//toolchains/plan9:elf_to_aout.py",
                "//toolchains/emulators:wine_arm64.sh",
            ],
        ),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    executable = True,
)

def declare_emulators(tools_dir):
    """TARGET_run (for --run_under) and the toolchain TARGET, for every target.

    Args:
      tools_dir: TOOLS_DIR of @local_tools.
    """
    for name, target in TARGETS.items():
        runner = target["runner"]
        _emulator(
            name = name + "_run",
            argument = runner.get("argument", ""),
            host = runner.get("host"),
            kind = runner["kind"],
            on = runner.get("on", HOST),
            tools = tools_dir,
        )
        if name not in COMPILED:
            continue
        native.toolchain(
            name = name,
            exec_compatible_with = constraints(TARGETS[HOST]),
            target_compatible_with = constraints(target),
            toolchain = ":" + name + "_run",
            toolchain_type = ":toolchain_type",
        )
