"""Compares docs/STATISTICS.md with what the library tells.

statistics_test.py TOLD PAGE HEADER...: what the program `statistics` wrote, the page, and the headers
that declare structs of statistics.
"""

import json
import pathlib
import re
import sys
from typing import Any, Dict, Iterable, List, Set

# What the structs have beside their numbers.
NO_STATISTICS = {"size"}
COLUMNS = ["size", "mallocs", "frees", "in use"]


class Step:
    """All forms of one report."""

    def __init__(self, name: str, lines: List[str]) -> None:
        self.name = name
        self.text: Dict[str, int] = {}
        self.columns: List[str] = []
        self.rows: List[Dict[str, int]] = []
        self.json: Dict[str, Any] = {}
        self.info: Dict[str, int] = {}
        self.sizes: List[Dict[str, int]] = []
        self.xml: Dict[str, int] = {}
        for line in lines:
            self._read(line)

    def _read(self, line: str) -> None:
        if line.startswith("atoll: "):
            self._read_text(line[len("atoll: ") :])
        elif line.startswith("{"):
            self.json = json.loads(line)
        elif line.startswith("<"):
            self._read_xml(line)
        elif line:
            name, number = line.split()
            self.info[name] = int(number)

    def _read_text(self, line: str) -> None:
        words = re.split(r"  +", line.strip())
        if words[0] == "size":
            self.columns = words
        elif self.columns:
            self.rows.append(dict(zip(self.columns, map(int, words))))
        else:
            name, number = line.split()
            self.text[name] = int(number)

    def _read_xml(self, line: str) -> None:
        attributes = dict(re.findall(r'(\w+)="(\w+)"', line))
        if line.startswith("<size "):
            self.sizes.append({name: int(value) for name, value in attributes.items()})
        elif "type" in attributes:
            kind = attributes.pop("type")
            for name, value in attributes.items():
                self.xml[f"{kind}.{name}"] = int(value)

    def names(self) -> Set[str]:
        """Of all numbers in it."""
        of_sizes = {f"sizes.{name}" for size in self.sizes for name in size}
        keys = set(self.json)
        return keys | set(self.text) | set(self.columns) | set(self.info) | set(self.xml) | of_sizes

    def value(self, term: str) -> int:
        """Of a name or a sum of the page."""
        inner = re.fullmatch(r"sum\((.+)\)", term)
        if inner is None:
            return {**self.text, **self.info, **self.xml}[term]
        if inner[1].startswith("sizes."):
            return sum(size[inner[1].split(".")[1]] for size in self.sizes)
        total = 0
        for row in self.rows:
            product = 1
            for factor in inner[1].split(" * "):
                product *= row[factor]
            total += product
        return total


def read_steps(told: str) -> List[Step]:
    """The reports that the program wrote."""
    blocks = re.findall(r"^step (.*)\n((?:.*\n)*?)end\n", told, re.MULTILINE)
    return [Step(name, lines.splitlines()) for name, lines in blocks]


def plain(name: str) -> str:
    """The same for the names of a number in all forms."""
    return name.replace("_", "").lower()


def fields_of(header: str) -> Set[str]:
    """The members of its structs of statistics, and the functions that tell a number."""
    found: Set[str] = set()
    struct = r"(?:struct \w*[sS]tatistics|typedef struct atoll\w*statistics) \{\n(.*?)\n\}"
    for body in re.findall(struct, header, re.DOTALL):
        body = re.sub(r"(\(\) const) \{\n.*?\n  \}", r"\1", body, flags=re.DOTALL)
        found |= set(re.findall(r"^ +(?:\w+::)?\w+ (\w+)(?:\[.*?\])?(?: = 0)?;", body, re.MULTILINE))
        found |= set(re.findall(r"^ +std::array<.*> (\w+)\{", body, re.MULTILINE))
        found |= set(re.findall(r"^ +std::uint64_t (\w+)\(\) const", body, re.MULTILINE))
    return found - NO_STATISTICS


def differences(what: str, told: Iterable[str], explained: Iterable[str]) -> List[str]:
    """Of two sets of names."""
    told_names = {plain(name): name for name in told}
    page_names = {plain(name): name for name in explained}
    missing = sorted(told_names[name] for name in told_names.keys() - page_names.keys())
    extra = sorted(page_names[name] for name in page_names.keys() - told_names.keys())
    return [f"{what}: no paragraph explains {name}" for name in missing] + [
        f"{what}: the paragraph about {name} has no line" for name in extra
    ]


def names_differ(page: str, steps: List[Step], headers: List[str]) -> List[str]:
    """Lines without a paragraph, and the reverse."""
    explained = re.findall(r"^\*\*`(.+?)`\*\*", page, re.MULTILINE)
    found = [f"{name} has two paragraphs" for name in set(explained) if explained.count(name) > 1]
    told: Set[str] = set()
    for step in steps:
        told |= step.names()
    fields: Set[str] = set()
    for header in headers:
        if not fields_of(header):
            found.append("a header has no statistics")
        fields |= fields_of(header)
    return found + differences("output", told | fields, explained)


def forms_differ(step: Step) -> List[str]:
    """Text and JSON of one moment are the same."""
    found = []
    if step.columns != COLUMNS:
        found.append(f"{step.name}: the table has the columns {step.columns}")
    numbers = {name: value for name, value in step.json.items() if name != "BySize"}
    if numbers != step.text:
        found.append(f"{step.name}: text and JSON differ")
    rows = [
        {"Size": row["size"], "Mallocs": row["mallocs"], "Frees": row["frees"]} for row in step.rows
    ]
    if rows != step.json["BySize"]:
        found.append(f"{step.name}: the tables of text and JSON differ")
    return found


def side(step: Step, text: str) -> int:
    """The value of terms with + and - between them."""
    words = re.findall(r"sum\(.*?\)|[\w.]+|[+-]", text)
    total = 0
    sign = 1
    for word in words:
        if word in "+-":
            sign = 1 if word == "+" else -1
        else:
            total += sign * step.value(word)
    return total


def sums_fail(page: str, step: Step) -> List[str]:
    """The lines of the page's block of sums that do not hold."""
    found = []
    block = re.findall(r"^```\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    lines = [line for line in block[0].splitlines() if line]
    if len(lines) < 20:
        found.append("the page has lost its sums")
    for line in lines:
        left, relation, right = re.split(r" (<=|=) ", line)
        values = side(step, left), side(step, right)
        holds = values[0] == values[1] if relation == "=" else values[0] <= values[1]
        if not holds:
            found.append(f"{step.name}: {line}: {values[0]} and {values[1]}")
    return found


def moves_fail(page: str, steps: List[Step]) -> List[str]:
    """The rows of the page's table of moves that are not so."""
    found = []
    rows = re.findall(r"^\| (.+?) \| (.*?) ?\| (.*?) ?\| (.*?) ?\|$", page, re.MULTILINE)[2:]
    by_name = {step.name: i for i, step in enumerate(steps)}
    for what, *cells in rows:
        now = steps[by_name[what]].text
        before = steps[by_name[what] - 1].text
        for cell, sign in zip(cells, (1, -1, 0)):
            for name in re.findall(r"`(\w+)`", cell):
                change = now[name] - before[name]
                if (change > 0) - (change < 0) != sign:
                    found.append(f"when {what}: {name} moves by {change}")
    if {row[0] for row in rows} != by_name.keys() - {"begin", "before the trim", "end"}:
        found.append("the page's table and the program have other steps")
    return found


def main() -> int:
    told, page, *headers = [
        pathlib.Path(name).read_text(encoding="utf-8") for name in sys.argv[1:]
    ]
    steps = read_steps(told)
    failures = names_differ(page, steps, headers)
    for step in steps:
        failures += forms_differ(step) + sums_fail(page, step)
    failures += moves_fail(page, steps)
    for line in failures:
        print(line, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
