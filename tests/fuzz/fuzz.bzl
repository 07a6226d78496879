"""Fuzzers: one program of libFuzzer's each, and a test that replays inputs."""

load("//platforms:platforms.bzl", "constraint", "constraints")
load("//platforms:targets.bzl", "HOST", "TARGETS")
load("//tools/build:atoll_cc.bzl", "atoll_cc_binary", "atoll_cc_library", "atoll_cc_test")

_CORPUS = """#include "tests/fuzz/corpus.h"

namespace Atoll::test {{
const char* const kCorpus[] = {{
#include "{path}"
}};
const std::size_t kCorpusSize = sizeof kCorpus / sizeof kCorpus[0];
}}  // namespace Atoll::test
"""

def _write_corpus_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".cc")
    ctx.actions.write(out, _CORPUS.format(path = ctx.file.corpus.short_path))
    return [DefaultInfo(files = depset([out]))]

_write_corpus = rule(
    implementation = _write_corpus_impl,
    attrs = {"corpus": attr.label(allow_single_file = True, mandatory = True)},
)

def fuzz_target(name, srcs, corpus, deps = [], tags = [], **kwargs):
    """NAME: a program of libFuzzer's, which tools/fuzz runs. NAME_test: a test that replays inputs.

    Args:
      name: of the fuzzer.
      srcs: they define the function of fuzz.h.
      corpus: a file of inputs, each in a line: a string literal of hexadecimal digits, a comma, and
        maybe a comment. tools/fuzz writes it.
      deps: of both.
      tags: of both.
      **kwargs: as in atoll_cc_test, of the test.
    """
    fuzzed = name + "_fuzzed"
    atoll_cc_library(
        name = fuzzed,
        testonly = True,
        srcs = srcs,
        tags = tags,
        deps = deps + ["//tests/fuzz"],
    )
    atoll_cc_binary(
        name = name,
        testonly = True,
        srcs = ["//tests/fuzz:driver.cc"],
        linkopts = ["-fsanitize=fuzzer"],
        tags = tags,
        target_compatible_with = constraints(TARGETS[HOST]) + [constraint("fuzzer")],
        deps = [fuzzed, "//tests/fuzz"],
    )
    _write_corpus(
        name = name + "_corpus",
        testonly = True,
        corpus = corpus,
    )
    atoll_cc_library(
        name = name + "_inputs",
        testonly = True,
        textual_hdrs = [corpus],
    )
    atoll_cc_test(
        name = name + "_test",
        srcs = [
            name + "_corpus",
            "//tests/fuzz:replay_test.cc",
        ],
        tags = tags,
        deps = [fuzzed, name + "_inputs", "//tests/fuzz"],
        **kwargs
    )
