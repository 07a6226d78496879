"""The rules that Bazel 4's own repositories load from here."""

load(":cc_binary.bzl", _cc_binary = "cc_binary")
load(":cc_library.bzl", _cc_library = "cc_library")
load(":cc_test.bzl", _cc_test = "cc_test")

cc_binary = _cc_binary
cc_library = _cc_library
cc_test = _cc_test
cc_import = native.cc_import
cc_proto_library = native.cc_proto_library
cc_toolchain = native.cc_toolchain
cc_toolchain_suite = native.cc_toolchain_suite
objc_library = native.objc_library
