"""The files of the fixed heap: for C, for C++ with all code in a header, or both in one file."""

import pathlib
from typing import Dict

from amalgamation import Amalgamation
from banner import Banner

_C_HEADER = "src/fixed/atoll_fixed.h"
_CXX_HEADER = "src/fixed/fixed_heap.h"
_FUNCTIONS = "src/fixed/atoll_fixed.cc"

_WHERE = "Comments name sections of {} by their sources, such as src/fixed/options.h."

_SINGLE_NOTES = [
    "A C program includes it, and so does a C++ program, which has Atoll::FixedHeap in addition.",
    "The code of the functions for C is in one C++ file, which has nothing but these two lines:",
    "",
    "  #define ATOLL_FIXED_IMPLEMENTATION",
    '  #include "atoll_fixed.h"',
    "",
    "A program that uses only Atoll::FixedHeap needs no such file.",
    "",
    _WHERE.format("this file"),
]

_SINGLE = """
#ifdef __cplusplus
#ifndef ATOLL_FIXED_HPP
#define ATOLL_FIXED_HPP

{heap}
#endif  // ATOLL_FIXED_HPP

#ifdef ATOLL_FIXED_IMPLEMENTATION
#undef ATOLL_FIXED_IMPLEMENTATION

{functions}
#endif  // ATOLL_FIXED_IMPLEMENTATION
#endif  // __cplusplus
"""


def files(root: pathlib.Path, is_single: bool) -> Dict[str, str]:
    """By their names."""
    sources = Amalgamation(root)
    c_header = sources.source(_C_HEADER).text
    sources.is_elsewhere(_C_HEADER, "atoll_fixed.h")
    heap = sources.part([_CXX_HEADER])
    functions = sources.part([_FUNCTIONS])
    banner = Banner(root, sources)
    if is_single:
        # The C header has its own guard.
        top = banner.c_text("a heap inside of buffers, in one file", _SINGLE_NOTES)
        rest = _SINGLE.format(heap=heap.text(), functions=functions.text())
        return {"atoll_fixed.h": f"{top}\n{c_header}{rest}"}
    where = [_WHERE.format("atoll_fixed.hpp")]
    tops = {
        "h": banner.c_text("a heap inside of buffers, for C", where),
        "hpp": banner.text("a heap inside of buffers, for C++", [heap], []),
        "cc": banner.text("the functions of atoll_fixed.h", [functions], where),
    }
    includes = '#include "atoll_fixed.h"\n#include "atoll_fixed.hpp"\n'
    return {
        "atoll_fixed.h": f"{tops['h']}\n{c_header}",
        "atoll_fixed.hpp": f"{tops['hpp']}#pragma once\n\n{heap.text()}",
        "atoll_fixed.cc": f"{tops['cc']}\n{includes}{functions.text()}",
    }
