"""A shell script as a test. (Bazel's own sh_test is elsewhere from Bazel 8 on.)"""

def _impl(ctx):
    launcher = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = launcher, target_file = ctx.file.script, is_executable = True)
    runfiles = ctx.runfiles(files = [ctx.file.script] + ctx.files.data)
    for data in ctx.attr.data:
        runfiles = runfiles.merge(data[DefaultInfo].default_runfiles)
    return [DefaultInfo(executable = launcher, runfiles = runfiles)]

script_test = rule(
    implementation = _impl,
    attrs = {
        "data": attr.label_list(doc = "what the script and its `args` name", allow_files = True),
        "script": attr.label(doc = "an executable file", allow_single_file = True, mandatory = True),
    },
    doc = "Runs a script.",
    test = True,
)
