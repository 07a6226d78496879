"""The probe for every target, and the list of them that `atoll verify --all` reads."""

load("@local_tools//:tools.bzl", "MISSING", "TOOLS_DIR")
load("//platforms:targets.bzl", "TARGETS", "port_of")
load("//tools/build:platform_rules.bzl", "PlatformProgramInfo", "cell", "platform_binary")

def _list_impl(ctx):
    probes = {name: probe for probe, name in ctx.attr.probes.items()}
    lines = []
    programs = []
    for name in ctx.attr.names:
        run = ["", "", "", "", ""]
        if name in probes:
            info = probes[name][PlatformProgramInfo]
            run = [
                info.emulator.kind,
                info.emulator.argument,
                info.program.path,
                info.emulator.run.path,
                info.host.path if info.host else "",
            ]
            programs += [info.program] + ([info.host] if info.host else [])
        fields = [name, ctx.attr.ports[name]] + run + [
            TOOLS_DIR,
            ctx.attr.missing.get(name, ""),
            ctx.attr.notes.get(name, ""),
        ]
        lines.append("\t".join(fields))
    out = ctx.actions.declare_file(ctx.label.name + ".tsv")
    ctx.actions.write(out, "\n".join(lines) + "\n")
    return [DefaultInfo(files = depset([out] + programs))]

_target_list = rule(
    implementation = _list_impl,
    attrs = {
        "missing": attr.string_dict(),
        "names": attr.string_list(),
        "notes": attr.string_dict(),
        "ports": attr.string_dict(),
        "probes": attr.label_keyed_string_dict(providers = [PlatformProgramInfo]),
    },
)

def declare_probes(name, probe):
    """Declares PROBE.TARGET for every target, and their list.

    Args:
      name: the list.
      probe: the program.
    """
    for target in TARGETS:
        platform_binary(
            name = probe + "." + target,
            tags = ["matrix"],
            test = ":" + probe,
            **cell(target)
        )
    _target_list(
        name = name,
        missing = {target: ", ".join(lacks) for target, lacks in MISSING.items()},
        names = TARGETS.keys(),
        notes = {name: target["note"] for name, target in TARGETS.items() if "note" in target},
        ports = {name: port_of(name) or "-" for name in TARGETS},
        probes = {probe + "." + t: t for t in TARGETS if t not in MISSING},
        tags = ["matrix"],
    )
