"""CcToolchainConfigInfo, as today's rules_cc names it."""

load("//cc:builtins.bzl", "builtin_cc_toolchain_config_info")

CcToolchainConfigInfo = builtin_cc_toolchain_config_info
