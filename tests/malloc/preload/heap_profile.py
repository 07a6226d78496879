"""Tells what a heap profile has for a program's functions: heap_profile.py PROFILE PROGRAM.

Prints, for each function of the program that called malloc(), "NAME OBJECTS_IN_USE BYTES OBJECTS_EVER
BYTES"; and fails if the profile does not add up.
"""

import collections
import pathlib
import re
import subprocess
import sys
from typing import Dict, List, Tuple

Figures = Tuple[int, int, int, int]
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


def main() -> int:
    profile, program = sys.argv[1:]
    text = pathlib.Path(profile).read_text(encoding="utf-8")
    head, _, libraries = text.partition("\nMAPPED_LIBRARIES:\n")
    first, *rest = head.splitlines()
    if not re.fullmatch(r"heap profile: .* @ heap_v2/\d+", first):
        sys.exit(f"the first line is {first!r}")
    mappings = mappings_of(libraries.splitlines())
    functions = functions_of(program)
    sums = [0, 0, 0, 0]
    by_name: Dict[str, List[int]] = collections.defaultdict(lambda: [0, 0, 0, 0])
    for line in rest:
        matched = _LINE.fullmatch(line)
        if matched is None:
            sys.exit(f"no line of a profile: {line!r}")
        figures = [int(figure) for figure in matched.groups()[:4]]
        sums = [a + b for a, b in zip(sums, figures)]
        frames = [int(frame, 16) for frame in matched.group(5).split()]
        for frame in frames:
            if not any(begin <= frame < end for begin, end, _, _ in mappings):
                sys.exit(f"{frame:#x} is no code")
        for begin, end, offset, path in mappings:
            if not frames or not begin <= frames[0] < end or not path.endswith(pathlib.Path(program).name):
                continue
            place = frames[0] - begin + offset
            for function_begin, function_end, name in functions:
                if function_begin <= place < function_end:
                    by_name[name] = [a + b for a, b in zip(by_name[name], figures)]
    told = _LINE.match(first)
    if told is None or [int(figure) for figure in told.groups()[:4]] != sums:
        sys.exit(f"the lines add up to {sums}, but the first says {first!r}")
    for name, figures in sorted(by_name.items()):
        print(name, *figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
