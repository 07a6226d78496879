"""What MODULE.bazel needs to create the repositories that WORKSPACE creates by itself."""

load("//toolchains:local_tools.bzl", "local_tools")

def _impl(_ctx):
    local_tools(name = "local_tools")

local_tools_extension = module_extension(implementation = _impl)
