"""Prints a heap profile's figures for a program's functions: heap_profile.py PROFILE PROGRAM.

Prints, for each function of the program that called malloc(), "NAME OBJECTS_IN_USE BYTES OBJECTS_EVER
BYTES"; and fails if the profile does not add up.
"""

import collections
import pathlib
import re
import subprocess
import sys
from typing import Dict, List, Tuple

_LINE = re.compile(r"(?:heap profile: )?(\d+): (\d+) \[(\d+): (\d+)\] @(.*)")


def functions_of(program: str) -> List[Tuple[int, int, str]]:
    """Begin, end and name of each, by addresses in the file."""
    listed = subprocess.run(
        ["nm", "--print-size", "--defined-only", program], check=True, stdout=subprocess.PIPE, text=True
    )
    words = (line.split() for line in listed.stdout.splitlines())
    return [(int(w[0], 16), int(w[0], 16) + int(w[1], 16), w[3]) for w in words if len(w) == 4]


def mappings_of(lines: List[str]) -> List[Tuple[int, int, int, str]]:
    """Begin, end, offset in the file and its path, of what holds code."""
    found = []
    for line in lines:
        words = line.split()
        if len(words) == 6 and "x" in words[1]:
            begin, end = (int(word, 16) for word in words[0].split("-"))
            found.append((begin, end, int(words[2], 16), words[5]))
    return found


class Program:
    """The program whose functions the profile names, as it lies in memory."""

    def __init__(self, path: str, libraries: List[str]) -> None:
        self._name = pathlib.Path(path).name
        self._functions = functions_of(path)
        self._mappings = mappings_of(libraries)

    def function_at(self, address: int) -> str:
        """Empty: it is another program's, or a library's."""
        for begin, end, offset, path in self._mappings:
            if begin <= address < end:
                place = address - begin + offset
                is_ours = pathlib.Path(path).name == self._name
                return next((f[2] for f in self._functions if is_ours and f[0] <= place < f[1]), "")
        sys.exit(f"{address:#x} is no code")


def main() -> int:
    profile, path = sys.argv[1:]
    text = pathlib.Path(profile).read_text(encoding="utf-8")
    head, _, libraries = text.partition("\nMAPPED_LIBRARIES:\n")
    first, *rest = head.splitlines()
    if not re.fullmatch(r"heap profile: .* @ heap_v2/\d+", first):
        sys.exit(f"the first line is {first!r}")
    program = Program(path, libraries.splitlines())
    sums = [0, 0, 0, 0]
    by_name: Dict[str, List[int]] = collections.defaultdict(lambda: [0, 0, 0, 0])
    for line in rest:
        matched = _LINE.fullmatch(line)
        if matched is None:
            sys.exit(f"no line of a profile: {line!r}")
        figures = [int(figure) for figure in matched.groups()[:4]]
        sums = [a + b for a, b in zip(sums, figures)]
        callers = [program.function_at(int(frame, 16)) for frame in matched.group(5).split()]
        if callers and callers[0]:
            by_name[callers[0]] = [a + b for a, b in zip(by_name[callers[0]], figures)]
    told = _LINE.match(first)
    if told is None or [int(figure) for figure in told.groups()[:4]] != sums:
        sys.exit(f"the lines add up to {sums}, but the first says {first!r}")
    for name, figures in sorted(by_name.items()):
        print(name, *figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
