"""cc_toolchain, as today's rules_cc names it."""

cc_toolchain = native.cc_toolchain
