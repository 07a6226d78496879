"""The README's table of results: compared with what `atoll verify --all` prints, or replaced by it.

Ignores what differs between machines: the versions of emulators, the first arena of a port that
finds its place at run time, and targets that were not run because tools are missing.
"""

import argparse
import pathlib
import re
import sys
from typing import Dict, List

from components import missing_of, TARGETS

_HEADER = "| target | run by |"
_COLUMNS = 8
_HOW, _FIRST_HINT, _FIRST_ARENA = 1, 5, 6


def _bounds(lines: List[str]) -> "tuple[int, int]":
    """The table and the notes behind it: first line, and the line after the last."""
    first = next(i for i, line in enumerate(lines) if line.startswith(_HEADER))
    end = first
    while end < len(lines) and (not lines[end] or lines[end].startswith(("|", "- "))):
        end += 1
    while not lines[end - 1]:
        end -= 1
    return first, end


def _rows(lines: List[str]) -> Dict[str, List[str]]:
    """Target -> its cells, without what may differ between machines."""
    first, end = _bounds(lines)
    rows: Dict[str, List[str]] = {}
    for line in lines[first + 2 : end]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or len(cells) != _COLUMNS:
            continue
        cells[_HOW] = re.sub(r"\d[\d.]*", "N", cells[_HOW])
        if cells[_FIRST_HINT] == "-":
            cells[_FIRST_ARENA] = "found at run time"
        rows[cells[0]] = cells
    return rows


def _notes(lines: List[str]) -> Dict[str, List[str]]:
    """Target -> the notes on it behind the table."""
    first, end = _bounds(lines)
    notes: Dict[str, List[str]] = {}
    for line in lines[first:end]:
        target, separator, note = line[len("- ") :].partition(": ")
        if line.startswith("- ") and separator:
            notes.setdefault(target, []).append(note)
    return notes


def check(readme: List[str], table: List[str]) -> List[str]:
    """The errors in the README's table and its notes, one line each."""
    said = _rows(readme)
    found = _rows(table)
    said_notes = _notes(readme)
    found_notes = _notes(table)
    problems = []
    for target in TARGETS:
        if missing_of(target):
            continue
        if target not in said:
            problems.append(f"{target} is not in the README's table")
        elif said[target] != found.get(target):
            problems.append(f"{target}: the README says {said[target]}, found {found.get(target)}")
        elif said_notes.get(target) != found_notes.get(target):
            problems.append(
                f"{target}: the README notes {said_notes.get(target)}, "
                f"found {found_notes.get(target)}"
            )
    problems += [f"{target} is no target" for target in said if target not in TARGETS]
    return problems


def replace(readme: List[str], table: List[str]) -> List[str]:
    """The README with the new table."""
    first, end = _bounds(readme)
    table_first, table_end = _bounds(table)
    return readme[:first] + table[table_first:table_end] + readme[end:]


def main() -> int:
    parser = argparse.ArgumentParser(prog="result_table.py", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only")
    parser.add_argument("readme", type=pathlib.Path)
    parser.add_argument("table", type=pathlib.Path, help="of atoll verify --all --format markdown")
    arguments = parser.parse_args()
    readme = arguments.readme.read_text(encoding="utf-8").splitlines()
    table = arguments.table.read_text(encoding="utf-8").splitlines()
    if arguments.check:
        problems = check(readme, table)
        for problem in problems:
            print(f"README.md: {problem}; tools/update --results rewrites the table")
        return 1 if problems else 0
    text = "\n".join(replace(readme, table)) + "\n"
    arguments.readme.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
