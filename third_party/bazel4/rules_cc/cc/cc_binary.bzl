"""cc_binary, as today's rules_cc names it."""

cc_binary = native.cc_binary
