"""cc_common, as today's rules_cc names it."""

load("//cc:builtins.bzl", "builtin_cc_common")

cc_common = builtin_cc_common
