"""What each heap that tools/vendor writes is made of: its sources, in the order of layers."""

import pathlib
from typing import Dict, List

from forms import Heap, Piece

# The backends that need no other program of the project to run, and the condition to compile each.
# The one over a buffer is for any machine; there the program defines os::native() itself.
BACKENDS: Dict[str, str] = {
    "bsd": "defined(__FreeBSD__) || defined(__NetBSD__) || defined(__OpenBSD__)"
    " || defined(__DragonFly__)",
    "darwin": "defined(__APPLE__)",
    "fixed": "",
    "linux": "defined(__linux__)",
    "wasm": "defined(__wasm__)",
    "windows": "defined(_WIN32)",
}

# Sources that several backends share, and those backends.
_SHARED = {
    "mmap_os.cc": ["bsd", "darwin", "linux"],
    "posix_clock.h": ["linux", "wasm"],
}

_CORE = ["src/port", "src/base", "src/pages", "src/objects", "src/stacks", "src/heap"]
_PROCESS_HEAP = ["heap_profile.cc", "misuse_report.cc", "options.cc", "process_heap.cc", "report.cc"]
# What the process's heap asks of a system. Only Linux has these; absent/ has the others' versions.
_ONLY_ON_LINUX = ["call_stack.cc", "inner_supply.cc", "watch_process.cc"]
_FACES = ["out_of_memory.cc", "atoll.cc"]
_MALLOC = [
    "malloc.cc",
    "elf/loaded.cc",
    "elf/c_library.cc",
    "elf/foreign.cc",
    "operator_new.cc",
    "elf/malloc_names.cc",
    "elf/malloc_more_names.cc",
    "elf/glibc_reports.cc",
    "elf/report_files.cc",
    "elf/report_signal.cc",
    "elf/at_exit.cc",
]


def fixed() -> Heap:
    """The heap inside of buffers."""
    return Heap(
        name="atoll_fixed",
        title="a heap inside of buffers",
        standard="11",
        cxx_name="Atoll::FixedHeap",
        c_header="src/fixed/atoll_fixed.h",
        cxx_header="src/fixed/fixed_heap.h",
        pieces=[Piece(["src/fixed/atoll_fixed.cc"])],
        example="src/fixed/options.h",
        single="atoll_fixed.h",
    )


def arena(root: pathlib.Path, backends: List[str], is_malloc: bool) -> Heap:
    """The whole core, over one or more backends; `is_malloc`: also malloc() and operator new."""
    contract = [*_sources(root, "os/base", "*.h"), "os/os.cc"]
    core = contract + [path for folder in _CORE for path in _sources(root, folder)]
    faces = [f"src/malloc/{name}" for name in _FACES + (_MALLOC if is_malloc else [])]
    return Heap(
        name="atoll",
        title="heaps and malloc()" if is_malloc else _title(backends),
        standard="20",
        cxx_name="Atoll::Heap and what else is in the namespace",
        c_header="src/malloc/atoll.h",
        cxx_header="src/malloc/atoll.hpp",
        pieces=[Piece(core), *_systems(root, backends), Piece(faces)],
        example="src/heap/options.h",
        single="atoll.hpp",
        condition="" if "fixed" in backends else " || ".join(BACKENDS[name] for name in backends),
        more_headers=["os/fixed/fixed_os.h"] if "fixed" in backends else [],
    )


def _title(backends: List[str]) -> str:
    return "heaps in a buffer" if backends == ["fixed"] else "heaps over an operating system"


def _sources(root: pathlib.Path, folder: str, kind: str = "*.cc") -> List[str]:
    found = sorted((root / folder).glob(kind))
    assert found, folder
    return [str(path.relative_to(root)) for path in found]


def _systems(root: pathlib.Path, backends: List[str]) -> List[Piece]:
    """The backends, and the process's heap, as far as it depends on the system."""
    everywhere = ["asked_once.h", "made_once.h", "probes.h", "range_check.h", "thread_exit_key.h"]
    pieces = [Piece([f"os/backend/{name}" for name in everywhere])]
    for path, users in _SHARED.items():
        conditions = [BACKENDS[name] for name in backends if name in users]
        if conditions:
            pieces.append(Piece([f"os/backend/{path}"], " || ".join(conditions)))
    for name in backends:
        below = _sources(root, "os/brk") if name == "wasm" else []
        pieces.append(Piece(below + _sources(root, f"os/{name}"), BACKENDS[name]))
    pieces += [
        Piece([f"src/malloc/{name}" for name in _PROCESS_HEAP]),
        Piece(["src/malloc/environment.cc"], "__STDC_HOSTED__"),
        Piece(["src/malloc/absent/no_environment.cc"], "!__STDC_HOSTED__"),
        Piece([f"src/malloc/elf/{name}" for name in _ONLY_ON_LINUX], "defined(__linux__)"),
        Piece([f"src/malloc/absent/{name}" for name in _ONLY_ON_LINUX], "!defined(__linux__)"),
    ]
    return pieces
