"""The module extension by which MODULE.bazel creates the repositories that WORKSPACE creates itself."""

load("//toolchains:local_tools.bzl", "local_tools")

def _impl(_ctx):
    local_tools(name = "local_tools")

local_tools_extension = module_extension(implementation = _impl)
