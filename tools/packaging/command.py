"""The commands and flags of `atoll`, as its own --help lists them: the man page and the completions are made of these, so
they cannot say anything else."""

import dataclasses
import json
import re
import subprocess
from typing import Dict, List, Optional, Tuple


@dataclasses.dataclass
class Flag:
    names: List[str]
    value: str  # what the value is called; empty: it has none
    text: str


@dataclasses.dataclass
class Argument:
    value: str
    text: str


@dataclasses.dataclass
class Command:
    name: str  # empty: `atoll` itself
    summary: str
    flags: List[Flag]
    arguments: List[Argument]
    subcommands: List[Tuple[str, str]]  # names and summaries
    examples: List[str]


# A row of the help: two spaces, what is described, and the description behind at least two more.
_ROW = re.compile(r"  (\S+(?: \S+)*)(?:\s{2,}(\S.*))?")
_CONTINUED = re.compile(r"\s{20,}(\S.*)")
_SECTIONS = ("Positionals", "Options", "Subcommands", "Example", "Examples")


def _output(command: List[str]) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _sections(lines: List[str]) -> Dict[str, List[str]]:
    sections: Dict[str, List[str]] = {"": []}
    section = ""
    for line in lines:
        name = line.rstrip(":")
        if line.endswith(":") and name in _SECTIONS:
            section = name
            sections[section] = []
        elif line.startswith(" "):
            sections[section].append(line)
        elif line:
            section = ""
            sections[""].append(line)
    return sections


def _rows(lines: List[str]) -> List[Tuple[str, str]]:
    rows: List[Tuple[str, str]] = []
    for line in lines:
        continued = _CONTINUED.fullmatch(line)
        if continued and rows:
            rows[-1] = (rows[-1][0], (rows[-1][1] + " " + continued[1]).strip())
            continue
        match = _ROW.fullmatch(line)
        if match is None:
            raise ValueError(f"atoll --help has a line of no known form: {line!r}")
        rows.append((match[1], match[2] or ""))
    return rows


def _flag(row: Tuple[str, str]) -> Flag:
    names, _, value = row[0].partition(" ")
    if not re.fullmatch(r"(-[a-z]|--[a-z0-9-]+)(,--[a-z0-9-]+)*", names):
        raise ValueError(f"atoll --help has a flag of no known form: {row[0]!r}")
    return Flag(names.split(","), re.sub(r" \.\.\.$", "", value), row[1])


def _argument(row: Tuple[str, str]) -> Argument:
    # "FILE FILE...": the argument's name, and what its value is called.
    return Argument(row[0].split(" ")[-1], row[1])


def parse(name: str, text: str) -> Command:
    """The help of one command; ValueError if a line of it has no known form."""
    sections = _sections(text.splitlines())
    examples = sections.get("Example", []) + sections.get("Examples", [])
    return Command(
        name,
        sections[""][0],
        [_flag(row) for row in _rows(sections.get("Options", []))],
        [_argument(row) for row in _rows(sections.get("Positionals", []))],
        _rows(sections.get("Subcommands", [])),
        [line.strip() for line in examples],
    )


class Tool:
    """The command, and all that it says of itself."""

    def __init__(self, program: str) -> None:
        self._program = program
        self.top = parse("", _output([program, "--help"]))
        self.commands = [
            parse(name, _output([program, name, "--help"])) for name, _ in self.top.subcommands
        ]
        match = re.match(r"atoll (\S+) \(Go 1\.(\d+) to 1\.(\d+)\)", _output([program, "--version"]))
        assert match, "atoll --version"
        self.version = match[1]
        self.releases = [f"1.{n}" for n in range(int(match[2]), int(match[3]) + 1)]
        ports = [self._ports(release) for release in self.releases]
        self._goos = sorted({goos for rows in ports for goos, _ in rows})
        self._goarch = sorted({goarch for rows in ports for _, goarch in rows})

    def _ports(self, release: str) -> List[Tuple[str, str]]:
        text = _output([self._program, "ports", "--go", release, "--format", "json"])
        return [(port["goos"], port["goarch"]) for port in json.loads(text)]

    def choices(self, flag: Flag) -> Optional[List[str]]:
        """What a flag's value may be; None: anything."""
        known = {"RELEASE": self.releases, "GOOS": self._goos, "GOARCH": self._goarch}
        if flag.value in known:
            return known[flag.value]
        # "table (default), json, csv or markdown"
        listed = re.sub(r" \([^)]*\)", "", flag.text)
        if flag.value and re.fullmatch(r"[a-z]+(, [a-z]+)* or [a-z]+", listed):
            return re.split(r", | or ", listed)
        return None


def takes_file(value: str) -> bool:
    """Whether a value of this name is a file."""
    return value.rstrip(".") in ("FILE", "TRACE")
