"""cc_test, as today's rules_cc names it."""

cc_test = native.cc_test
