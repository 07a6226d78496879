"""Counts the instructions of common work of the heap, on every processor that QEMU's user mode runs.

The heap is what tools/vendor writes, compiled with -O2. QEMU runs the program one instruction at a time
and logs each, so the figures are exact, and the same on every machine with the same compilers. On MIPS,
a branch counts together with the instruction in its delay slot.
"""

import argparse
import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from typing import Dict, Iterator, List, NamedTuple, NoReturn

# Not resolved: where the build links sources into a folder of its own, that folder counts.
_HERE = pathlib.Path(os.path.abspath(__file__)).parent
_WORKSPACE = _HERE.parent.parent
sys.path.insert(0, str(_WORKSPACE / "tools/set_up"))

from components import TARGETS, TOOLS  # noqa: E402  pylint: disable=wrong-import-position

_DOCUMENT = _WORKSPACE / "docs/COST.md"
_BEGIN_OF_TABLE, _END_OF_TABLE = "<!-- bench/cost/measure writes this -->", "<!-- end -->"

_FLAGS = ["-std=c++20", "-O2", "-fno-exceptions", "-fno-rtti", "-no-pie", "-pthread"]
# QEMU prints one line for each instruction: "Trace 0: 0x7f32 [00000000/0000000000400a30/0000/0000] name".
_LOG = ["-one-insn-per-tb", "-d", "exec,nochain"]
_TRACE = re.compile(rb"Trace \d+: 0x[0-9a-f]+ \[[0-9a-f]+/([0-9a-f]+)/")
# A call that takes more than so many times the instructions of the least has filled the thread's list.
_MORE = 2

# The processors of targets that have another runner than QEMU, or are run natively.
_ALSO = {"linux_386": "i386", "linux_amd64": "x86_64"}


class Counts(NamedTuple):
    """Instructions: of malloc and free together where it says pair, of one call elsewhere."""

    pair: float
    large_pair: float
    megabyte_pair: float
    refill: float
    thread: float
    start: float


_COLUMNS = {
    "pair": "16 B, malloc and free",
    "large_pair": "64 KiB",
    "megabyte_pair": "1 MiB",
    "refill": "malloc that fills the thread's list",
    "thread": "a thread's first malloc",
    "start": "start of a heap",
}


def processors() -> Dict[str, str]:
    """The names behind "qemu-", by target."""
    of_linux = {
        name: target["runner"]["argument"]
        for name, target in TARGETS.items()
        if target["runner"]["kind"] == "qemu" and target.get("compiler", {}).get("kind") in ("gnu", "clang")
    }
    return {**_ALSO, **of_linux}


def _fail(text: str, code: int = 1) -> NoReturn:
    print(f"bench/cost/measure: {text}", file=sys.stderr)
    sys.exit(code)


def _run(command: List[str]) -> str:
    done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        _fail(f"{' '.join(command)}:\n{done.stderr}")
    return done.stdout


def _compiler(target: str) -> List[str]:
    compiler = TARGETS[target]["compiler"]
    triple = compiler["triple"]
    flags = list(compiler.get("flags", []))
    if compiler["kind"] == "gnu":
        return [f"{triple}-g++", "-static", *flags]
    # The same as in toolchains/cc/toolchains.bzl.
    sysroot = TOOLS / "loong64"
    gcc, root = f"{sysroot}/usr/lib/gcc-cross/{triple}/14", f"{sysroot}/usr/{triple}"
    cxx = f"{root}/include/c++/14"
    return [
        "clang++-19",
        f"--target={triple}",
        f"--sysroot={sysroot}",
        *("-idirafter", f"{root}/include", "-nostdinc++", "-isystem", cxx, "-isystem", f"{cxx}/{triple}"),
        *("-fuse-ld=lld-19", f"-B{gcc}", f"-B{root}/lib", f"-L{gcc}", f"-L{root}/lib"),
        *("-static-libstdc++", "-static-libgcc", "-Wno-unused-command-line-argument"),
        *flags,
    ]


def _labels(program: pathlib.Path) -> Dict[str, int]:
    found = {}
    for line in _run(["llvm-nm-19", str(program)]).splitlines():
        address, _, name = line.strip().rpartition(" ")
        if name in ("atoll_cost_begin", "atoll_cost_end"):
            found[name] = int(address.split()[0], 16)
    return found


def _between_marks(log: Iterator[bytes], begin: int, end: int) -> Iterator[int]:
    count = None
    for line in log:
        match = _TRACE.match(line)
        if match is None:
            continue
        address = int(match[1], 16)
        if address == begin:
            count = 0
        elif address == end and count is not None:
            yield count
            count = None
        elif count is not None:
            count += 1


def counts(kinds: List[str], marks: List[int]) -> Counts:
    """What the program's lines and the counts between its marks say."""
    of_kind: Dict[str, List[int]] = collections.OrderedDict()
    repeats = {}
    for line in kinds:
        name, number, repeats[name] = line.split()[0], *map(int, line.split()[1:])
        of_kind[name], marks = marks[:number], marks[number:]
        if len(of_kind[name]) != number:
            _fail(f"the log of QEMU lacks marks of '{name}'")
    if marks:
        _fail("the log of QEMU has marks that the program does not tell of")
    alone, loop = of_kind["marks"][0], of_kind["loop"][0]

    def pair(name: str) -> float:
        return (of_kind[name][0] - loop) / repeats[name]

    calls = [count - alone for count in of_kind["growth"]]
    refills = [count for count in calls if count > _MORE * min(calls)]
    return Counts(
        pair("pair"),
        pair("large-pair"),
        pair("megabyte-pair"),
        sum(refills) / len(refills),
        min(of_kind["thread"]) - alone,
        of_kind["start"][0] - alone,
    )


def vendor(heap: pathlib.Path) -> None:
    """Writes the heap into a folder."""
    _run([str(_WORKSPACE / "tools/vendor"), str(heap), "--heap", "arena"])


def measure(target: str, folder: pathlib.Path, heap: pathlib.Path) -> Counts:
    """Compiles the program with the heap of tools/vendor, and runs it under QEMU."""
    program = folder / target
    sources = [str(_HERE / "marked.cc"), str(heap / "atoll.cc")]
    _run([*_compiler(target), *_FLAGS, "-I", str(heap), *sources, "-o", str(program)])
    labels = _labels(program)
    emulator = TOOLS / "qemu-user/usr/bin" / f"qemu-{processors()[target]}"
    libraries = TOOLS / "loong64/usr/loongarch64-linux-gnu"
    command = [str(emulator), "-L", str(libraries), *_LOG, str(program)]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        marks = list(_between_marks(process.stderr, labels["atoll_cost_begin"], labels["atoll_cost_end"]))
        kinds = process.stdout.read().decode().splitlines()
    if process.returncode != 0:
        _fail(f"{' '.join(command)} ended with {process.returncode}")
    return counts(kinds, marks)


def table(figures: Dict[str, Counts]) -> str:
    head = ["target", *(_COLUMNS[name] for name in Counts._fields)]
    rows = [head, ["---"] + ["---:"] * len(Counts._fields)]
    for target, row in figures.items():
        rows.append([f"`{target}`", f"{row.pair:.1f}", *(f"{figure:,.0f}" for figure in row[1:])])
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def with_table(document: str, new: str) -> str:
    begin = document.index(_BEGIN_OF_TABLE) + len(_BEGIN_OF_TABLE)
    return f"{document[:begin]}\n{new}{document[document.index(_END_OF_TABLE):]}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench/cost/measure", description=__doc__)
    parser.add_argument("targets", nargs="*", default=[], metavar="TARGET", help="only these (all)")
    parser.add_argument("--update-docs", action="store_true", help=f"write them into {_DOCUMENT.name}")
    chosen = parser.parse_args()
    for target in chosen.targets:
        if target not in processors():
            _fail(f"'{target}' is none of {', '.join(processors())}", 2)
    if chosen.update_docs and chosen.targets:
        _fail("--update-docs is for all targets", 2)
    figures = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        vendor(folder / "heap")
        for target in chosen.targets or processors():
            figures[target] = measure(target, folder, folder / "heap")
            print(target, figures[target], file=sys.stderr)
    new = table(figures)
    print(new, end="")
    if chosen.update_docs:
        _DOCUMENT.write_text(with_table(_DOCUMENT.read_text(encoding="utf-8"), new), encoding="utf-8")


if __name__ == "__main__":
    main()
