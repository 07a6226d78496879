"""The rows of the comparison: the command of each, and the part of the table that it belongs to."""

import dataclasses
import os
import pathlib
import subprocess
from typing import Dict, List, Optional

import inputs

SINGLE = "one thread"
TWO = "two threads"
PROGRAMS = "real programs"
GROUPS = [SINGLE, TWO, PROGRAMS]

_SCRIPTS = pathlib.Path(__file__).resolve().parent.parent / "programs"

# A command has these names in the place of what differs from run to run.
SCALE = "{scale}"
LIBRARY = "{library}"


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    group: str
    command: List[str]
    what: str
    # So many runs, one after the other, are one result.
    repeat: int = 1
    stdin: Optional[pathlib.Path] = None
    environment: Dict[str, str] = dataclasses.field(default_factory=dict)
    # The package that has the program.
    package: str = ""

    def why_not(self) -> Optional[str]:
        """None, or why it cannot be run here."""
        return None if os.path.exists(self.command[0]) else f"package {self.package}"

    def is_given(self, name: str) -> bool:
        """Whether this name stands in the command for something else."""
        return any(name in argument for argument in self.command)

    def tells_figures(self) -> bool:
        """Whether it prints figures about itself. What other programs print is no result."""
        return self.group != PROGRAMS or self.preloads_itself()

    def preloads_itself(self) -> bool:
        """Whether the command is a script that passes the library to a program that it starts."""
        return self.is_given(LIBRARY)


# How often to run the workloads that a process can run only once.
_REPEATS = {"first-touch": 10}


def _own(folder: pathlib.Path) -> List[Row]:
    program = str(folder / "workloads")
    listing = subprocess.run([program, "--list"], check=True, stdout=subprocess.PIPE)
    rows = []
    for line in listing.stdout.decode().splitlines():
        name, threads, what = line.split("\t")
        group = SINGLE if threads == "1" else TWO
        repeat = _REPEATS.get(name, 1)
        rows.append(Row(name, group, [program, name, SCALE], what, repeat=repeat))
    return rows


def _cc1plus() -> str:
    """The compiler itself, which g++ starts."""
    if not os.path.exists("/usr/bin/g++"):
        return "/usr/bin/g++"
    command = ["/usr/bin/g++", "-print-prog-name=cc1plus"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.decode().strip()


def _program(name: str, package: str, command: List[str], what: str, **more: object) -> Row:
    return Row(name, PROGRAMS, command, what, package=package, **more)  # type: ignore[arg-type]


def _programs() -> List[Row]:
    python = ["/usr/bin/python3", "-s", "-S", str(_SCRIPTS / "objects.py")]
    redis = ["/usr/bin/python3", "-I", str(_SCRIPTS / "redis.py"), LIBRARY]
    target = ["-imultiarch", "x86_64-linux-gnu"]
    source = str(_SCRIPTS / "compiled.cc")
    cc1plus = [_cc1plus(), "-quiet", *target, "-O1", source, "-o", "/dev/null"]
    clang = ["/usr/bin/clang++-19", "-O1", "-c", source, "-o", "/dev/null"]
    git = ["/usr/bin/git", f"--git-dir={inputs.REPOSITORY}", "log", "--stat"]
    json = ["/usr/bin/python3", "-s", "-S", str(_SCRIPTS / "records.py")]
    sqlite = ["/usr/bin/sqlite3", "-batch", ":memory:"]
    return [
        _program("clang", "clang-19", clang, "compiles a C++ source"),
        _program("gcc", "g++", cc1plus, "compiles the same (cc1plus alone)"),
        _program("git", "git", git, "5,000 commits, with the files that each changed"),
        _program("json", "python3", json, "records as JSON text, by python"),
        _program("lua", "lua5.4", ["/usr/bin/lua5.4", str(_SCRIPTS / "objects.lua")], "tables, texts"),
        _program("perl", "perl", ["/usr/bin/perl", str(_SCRIPTS / "objects.pl")], "hashes, texts"),
        _program("python", "python3", python, "dictionaries, texts, objects"),
        _program(
            "python-malloc",
            "python3",
            python,
            "the same, every object by malloc",
            environment={"PYTHONMALLOC": "malloc"},
        ),
        _program("redis", "redis-server", redis, "a server, asked by redis-benchmark"),
        _program("ruby", "ruby", ["/usr/bin/ruby", str(_SCRIPTS / "objects.rb")], "hashes, texts"),
        _program(
            "sqlite",
            "sqlite3",
            sqlite,
            "inserts and joins in memory",
            stdin=_SCRIPTS / "database.sql",
        ),
        _program("z3", "z3", ["/usr/bin/z3", inputs.SCHEDULE], "finds a schedule for a workshop"),
    ]


def all_rows(folder: pathlib.Path) -> List[Row]:
    """In the table's order; `folder` has the programs built for it."""
    own = _own(folder)
    start = Row("start", SINGLE, [str(folder / "trivial")], "a small program's start", repeat=300)
    return (
        [row for row in own if row.group == SINGLE]
        + [start]
        + [row for row in own if row.group == TWO]
        + _programs()
    )
