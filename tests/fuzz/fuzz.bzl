"""Fuzzers: one program of libFuzzer's each, and a test that replays inputs."""

load("//platforms:platforms.bzl", "constraint", "constraints")
load("//platforms:targets.bzl", "HOST", "TARGETS")
load("//tools/build:atoll_cc.bzl", "atoll_cc_binary", "atoll_cc_library", "atoll_cc_test", "atoll_host_library")

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

def fuzz_target(name, srcs, corpus, deps = [], tags = [], matrix = True, **kwargs):
    """NAME: a program of libFuzzer's, which tools/fuzz runs. NAME_test: a test that replays inputs.

    NAME_corpus is a library that has the inputs, as corpus.h says.

    Args:
      name: of the fuzzer.
      srcs: they define the function of fuzz.h.
      corpus: a file of inputs, each in a line: a string literal of hexadecimal digits, a comma, and
        maybe a comment. tools/fuzz writes it, and keeps every line with a comment, which says what
        the input broke once, or what it is. Beside NAME.inc may be NAME.dict, a dictionary of
        libFuzzer's, and NAME.options, libFuzzer's options, one in each line.
      deps: of both.
      tags: of both.
      matrix: as in atoll_cc_test. Without, `srcs` may use the whole C++ library.
      **kwargs: as in atoll_cc_test, of the test.
    """
    fuzzed = name + "_fuzzed"
    library = atoll_cc_library if matrix else atoll_host_library
    library(
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
        name = name + "_corpus_source",
        testonly = True,
        corpus = corpus,
    )
    atoll_cc_library(
        name = name + "_corpus",
        testonly = True,
        srcs = [name + "_corpus_source"],
        textual_hdrs = [corpus],
        visibility = ["//tests:__subpackages__"],
        deps = ["//tests/fuzz"],
    )
    atoll_cc_test(
        name = name + "_test",
        srcs = ["//tests/fuzz:replay_test.cc"],
        matrix = matrix,
        tags = tags,
        deps = [fuzzed, name + "_corpus", "//tests/fuzz"],
        **kwargs
    )
