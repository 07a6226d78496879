"""The forms of a heap's files: a header for C, a header for C++ and a source, or all in one header."""

import dataclasses
import pathlib
from typing import Dict, List

from amalgamation import Amalgamation
from banner import Banner


@dataclasses.dataclass
class Piece:
    """Sources that are compiled where a condition of the preprocessor holds; an empty one always does."""

    paths: List[str]
    condition: str = ""


@dataclasses.dataclass
class Heap:
    """What a heap's files are made of."""

    name: str  # of the files
    title: str
    standard: str  # of C++
    cxx_name: str
    c_header: str
    cxx_header: str
    pieces: List[Piece]
    example: str  # a source that comments name, to explain such names
    single: str  # the name of the file with everything, for --single-file
    condition: str = ""  # of the preprocessor: the systems that it has a backend for
    more_headers: List[str] = dataclasses.field(default_factory=list)  # for C++


# Folders whose headers include only those of the folders before them.
_LAYERS = ["os/base/", "os/", "src/port/", "src/policy.h", "src/base/", "src/pages/", "src/objects/"]
_LAYERS += ["src/stacks/", "src/heap/", "src/"]

_SINGLE = """
#ifdef __cplusplus
#ifndef {macro}_HPP
#define {macro}_HPP

{header}
#endif  // {macro}_HPP

#ifdef {macro}_IMPLEMENTATION
#undef {macro}_IMPLEMENTATION

{code}
#endif  // {macro}_IMPLEMENTATION
#endif  // __cplusplus
"""


def files(root: pathlib.Path, heap: Heap, is_single: bool) -> Dict[str, str]:
    """The files by their names."""
    sources = Amalgamation(root)
    c_header = sources.source(heap.c_header).text
    sources.leave_out(heap.c_header)
    headers = [path for name in [heap.cxx_header, *heap.more_headers] for path in sources.needed(name)]
    header = sources.part(sorted(headers, key=_layer))
    code = [sources.part(piece.paths, piece.condition) for piece in heap.pieces]
    banner = Banner(root, sources)
    text = _check(heap) + "\n".join(part.text() for part in code)
    if is_single:
        title = f"{heap.title}, in one file"
        top = banner.c_text(title, [header, *code], _notes(heap))
        # The C header has its own guard.
        rest = _SINGLE.format(macro=heap.name.upper(), header=header.text(), code=text)
        return {heap.single: f"{top}\n{c_header}{rest}"}
    where = [f"Comments name sections of {heap.name}.hpp by their sources, as {heap.example}."]
    tops = {
        "h": banner.c_text(f"{heap.title}, for C", [], where),
        "hpp": banner.text(f"{heap.title}, for C++{heap.standard}", [header], []),
        "cc": banner.text(f"{heap.title}: the code", code, where),
    }
    includes = f'#include "{heap.name}.h"\n#include "{heap.name}.hpp"\n'
    return {
        f"{heap.name}.h": f"{tops['h']}\n{c_header}",
        f"{heap.name}.hpp": f"{tops['hpp']}#pragma once\n\n{header.text()}",
        f"{heap.name}.cc": f"{tops['cc']}\n{includes}\n{text}",
    }


def _layer(path: str) -> int:
    return next(i for i, layer in enumerate(_LAYERS) if path.startswith(layer))


def _check(heap: Heap) -> str:
    if not heap.condition:
        return ""
    advice = "this copy has no backend for this system; tools/vendor --backend adds it"
    return f'#if !({heap.condition})\n#error "Atoll: {advice}"\n#endif\n\n'


def _notes(heap: Heap) -> List[str]:
    """How to use the form with one file."""
    users = ["C programs include it, and so do C++ programs, which have in addition"]
    if heap.single.endswith("pp"):
        # A compiler for C would not even skip it: it takes separators of digits for quotes.
        users = ["Only C++ programs can include it. They have the functions for C, and"]
    return users + [
        f"{heap.cxx_name}. One C++ file has the code, and nothing but these two lines:",
        "",
        f"  #define {heap.name.upper()}_IMPLEMENTATION",
        f'  #include "{heap.single}"',
        "",
        f"Comments name sections by their sources, as {heap.example}.",
    ]
