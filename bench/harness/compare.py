"""Compares allocators side by side; see bench/compare --help."""

import argparse
import os
import pathlib
import sys
import tempfile
from typing import List

import build
import command_line
import inputs
import peers
import plot
import record
import samples
import table
from measuring import Runner
from rows import all_rows, Row
from samples import Sample

_DESCRIPTION = """\
Runs every workload under Atoll, glibc, mimalloc (2 and 3), jemalloc, gperftools' tcmalloc and scudo in
turn, and prints one table of times and one of peak memory for each kind of workload.

docs/BENCHMARKS.md says what the workloads do and how to read the tables."""

_EXAMPLES = """\
examples:
  bench/compare                                  everything: about 25 minutes
  bench/compare --only pair-64 churn-100k        some rows
  bench/compare --allocators atoll glibc         some allocators
  bench/compare --atoll bazel-bin/src/malloc/libatoll.so   another build of the library
  bench/compare --csv all.csv; bench/compare --from all.csv --svg all.svg
"""


def _parser() -> argparse.ArgumentParser:
    parser = command_line.Parser(
        prog="bench/compare",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--rounds", type=int, default=None, metavar="N", help="how often everything is run (7)")
    add("--only", nargs="+", metavar="WORKLOAD", default=[], help="only these rows")
    known = f"only these of {', '.join(peers.NAMES)}"
    add("--allocators", nargs="+", metavar="NAME", choices=peers.NAMES, help=known)
    parser.set_defaults(allocators=peers.NAMES)
    add("--quick", action="store_true", help="a tenth of the work, 3 rounds: a first impression")
    add("--atoll", type=pathlib.Path, metavar="PATH", help="a libatoll.so built already")
    add("--programs", type=pathlib.Path, metavar="FOLDER", help="the workloads built already")
    add("--csv", type=pathlib.Path, metavar="FILE", help="write the result of every run")
    add("--from", type=pathlib.Path, metavar="CSV", dest="source", help="run nothing, read results")
    add("--svg", type=pathlib.Path, metavar="FILE", help="draw every ratio")
    add("--update-docs", action="store_true", help="write the results into docs/BENCHMARKS.md")
    add("--list", action="store_true", help="list the rows")
    return parser


def _check(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    if arguments.rounds is not None and not 1 <= arguments.rounds <= 1000:
        parser.error(f"--rounds {arguments.rounds}: 1 to 1000")
    for path in (arguments.atoll, arguments.source):
        command_line.check_file(parser, path)
    if arguments.programs and not (arguments.programs / "workloads").is_file():
        parser.error(f"no workloads in {arguments.programs}")
    for path in (arguments.csv, arguments.svg):
        if path and not path.absolute().parent.is_dir():
            parser.error(f"no such folder: {path.parent}")


def _check_names(parser: argparse.ArgumentParser, names: List[str], known: List[str]) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        parser.error(f"no such workload: {', '.join(unknown)}; --list has them")


def _tell(line: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)


def _list(rows: List[Row]) -> None:
    for row in rows:
        print(f"{row.name:18} {row.group:14} {row.what}")


def _measured(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> List[Sample]:
    """Nothing with --list."""
    with tempfile.TemporaryDirectory(prefix="atoll-bench-") as temporary:
        wants_atoll = peers.ATOLL in arguments.allocators and not arguments.list
        folder, library = command_line.find_programs(
            pathlib.Path(temporary), arguments.programs, arguments.atoll, wants_atoll
        )
        rows = all_rows(folder)
        _check_names(parser, arguments.only, [row.name for row in rows])
        rows = [row for row in rows if not arguments.only or row.name in arguments.only]
        if arguments.list:
            _list(rows)
            return []
        allocators = peers.chosen(arguments.allocators, library)
        rounds = arguments.rounds or (3 if arguments.quick else 7)
        runner = Runner(folder, 0.1 if arguments.quick else 1)
        found = runner.run_all(rows, allocators, rounds, _tell)
        _tell("")
        return found


def _read(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> List[Sample]:
    found = samples.read_csv(arguments.source)
    _check_names(parser, arguments.only, [sample.workload for sample in found])
    return [
        sample
        for sample in found
        if sample.allocator in arguments.allocators
        and (not arguments.only or sample.workload in arguments.only)
    ]


def _tell_results(arguments: argparse.Namespace, found: List[Sample]) -> None:
    if arguments.csv:
        samples.write_csv(arguments.csv, found)
    if arguments.svg:
        arguments.svg.write_text(plot.svg(found), encoding="utf-8")
    if arguments.update_docs:
        record.update(build.WORKSPACE / "docs", found)
    print(table.versions_line(found), end="\n\n")
    print(table.report(found, table.as_text, "== "))


def failed(found: List[Sample]) -> bool:
    """Whether a row failed under Atoll, or under everybody. A peer that fails is a result."""
    has_result = {sample.workload for sample in found if not sample.problem}
    return any(
        sample.problem.startswith("failed")
        and (sample.allocator == peers.ATOLL or sample.workload not in has_result)
        for sample in found
    )


def main() -> int:
    parser = _parser()
    arguments = parser.parse_args()
    _check(parser, arguments)
    try:
        found = (_read if arguments.source else _measured)(parser, arguments)
        if found:
            _tell_results(arguments, found)
    except samples.FormatError as error:
        parser.error(str(error))
    except (build.BuildError, inputs.InputError, record.RecordError) as error:
        sys.exit(f"bench/compare: {error}")
    return 1 if failed(found) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader has closed the pipe: do not let Python write to it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
