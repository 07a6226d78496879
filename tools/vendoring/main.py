"""Writes the files that a program without Bazel copies into its own tree; see --help."""

import argparse
import os
import pathlib
import sys
from typing import Dict, List, NoReturn

if sys.version_info < (3, 9):
    print("tools/vendor: Python 3.9 or later is needed", file=sys.stderr)
    sys.exit(2)

import folder
import forms
import heaps
import names
import projects
from amalgamation import AmalgamationError
from banner import version

# Not resolved: where the build links sources into a folder of its own, that folder counts.
_ROOT = pathlib.Path(os.path.abspath(__file__)).parent.parent.parent

_DESCRIPTION = """\
Writes the files that a program without Bazel copies into its own tree: the real sources in the order
of their layers, with their comments, the licence, the version and checksums.

DIR must be new or empty, or have only files that tools/vendor wrote and nobody changed."""

_EXAMPLES = """\
heaps:
  fixed    a heap inside of buffers, for firmware: atoll_fixed.h for C, atoll_fixed.hpp for C++ with
           all code in the header, atoll_fixed.cc with the code of the functions for C
  arena    the heaps of Go's runtime over an operating system: atoll.h for C, atoll.hpp for C++,
           atoll.cc with all code; with --backend fixed in a buffer of 1 MiB and more, on a machine
           without a system
  malloc   the same, and they replace malloc() and operator new; for Linux

examples:
  tools/vendor third_party/atoll --heap fixed
  tools/vendor third_party/atoll --heap fixed --single-file
  tools/vendor third_party/atoll --heap fixed --with cmake,zephyr
  tools/vendor third_party/atoll --heap arena --backend linux --backend windows
  tools/vendor third_party/atoll --heap arena --backend fixed
"""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        _fail(message)


def _fail(message: str) -> NoReturn:
    print("tools/vendor:", " ".join(message.split()), file=sys.stderr)
    sys.exit(2)


def _arguments(arguments: List[str]) -> argparse.Namespace:
    parser = _Parser(
        prog="tools/vendor",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("dir", metavar="DIR", help="the folder to write")
    choices = ["fixed", "arena", "malloc"]
    parser.add_argument("--heap", choices=choices, required=True, help="which heap")
    parser.add_argument(
        "--backend",
        action="append",
        choices=[*heaps.BACKENDS, "all"],
        help="an operating system for arena, several if repeated; linux if none is named",
    )
    parser.add_argument("--single-file", action="store_true", help="one header has everything; with arena and malloc it is for C++")
    parser.add_argument(
        "--with",
        dest="systems",
        metavar="NAMES",
        help=f"files for build systems, with commas between them: {', '.join(projects.SYSTEMS)}, all",
    )
    parser.add_argument("--namespace", metavar="NAME", help="another name than Atoll and atoll_")
    return parser.parse_args(arguments)


def _heap(arguments: argparse.Namespace) -> forms.Heap:
    if arguments.heap == "fixed":
        if arguments.backend:
            _fail("the fixed heap needs no operating system: no --backend")
        return heaps.fixed()
    chosen: List[str] = arguments.backend or ["linux"]
    backends = [name for name in heaps.BACKENDS if name in chosen or "all" in chosen]
    is_malloc = arguments.heap == "malloc"
    if is_malloc and backends != ["linux"]:
        _fail("--heap malloc is for --backend linux; elsewhere a library replaces malloc()")
    return heaps.arena(_ROOT, backends, is_malloc)


def _files(arguments: argparse.Namespace) -> Dict[str, str]:
    files = forms.files(_ROOT, _heap(arguments), arguments.single_file)
    if arguments.systems is not None:
        if arguments.single_file:
            _fail("--with is for files that are compiled apart: not with --single-file")
        wanted = projects.parse(arguments.systems)
        files.update(projects.files(arguments.heap, wanted, version(_ROOT)))
    files["LICENSE"] = (_ROOT / "LICENSE").read_text(encoding="utf-8")
    if arguments.namespace:
        files = names.rename(files, arguments.namespace)
    return files


def main() -> None:
    arguments = _arguments(sys.argv[1:])
    if arguments.namespace is not None and not names.is_possible(arguments.namespace):
        _fail(f"{arguments.namespace!r} cannot be a namespace")
    if not arguments.dir:
        _fail("the folder's name is empty")
    try:
        folder.write(pathlib.Path(arguments.dir), _files(arguments))
    except (folder.FolderError, projects.ProjectError, AmalgamationError) as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.filename or arguments.dir}: {error.strerror}")


if __name__ == "__main__":
    main()
