"""cc_library, as today's rules_cc names it."""

cc_library = native.cc_library
