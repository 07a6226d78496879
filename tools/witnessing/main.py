"""Lets programs of Go that others have built testify: whether their heaps do what the port model says.

The programs are esbuild's executables of npm, those that programs.tsv names. Each is fetched once, compared
with its checksum, and run by `atoll observe`.
"""

import argparse
import base64
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from typing import Any, Dict, List, NamedTuple, NoReturn

_HERE = pathlib.Path(os.path.abspath(__file__)).parent
_ROOT = _HERE.parent.parent
_PROGRAMS = _HERE / "programs.tsv"
_DOCUMENT = _ROOT / "docs/WITNESSES.md"
_BEGIN, _END = "<!-- tools/witnesses writes this -->", "<!-- end -->"

# The program in each package, and a call that ends at once.
_EXECUTABLE = "package/bin/esbuild"
_ARGUMENTS = ["--version"]

# Targets whose programs this machine's kernel runs itself; the others need an emulator.
_NATIVE = ["linux_amd64", "linux_386"]
_SECONDS = 120


class Program(NamedTuple):
    """A line of programs.tsv."""

    target: str
    package: str
    version: str
    integrity: str  # "sha512-" and the checksum of the archive in base64, as npm has it


class Row(NamedTuple):
    """What a program did."""

    program: Program
    release: str
    runner: str
    first_arena: str
    hints: str
    checks: str
    verdict: str


def _fail(text: str, code: int = 1) -> NoReturn:
    print(f"tools/witnesses: {text}", file=sys.stderr)
    sys.exit(code)


def read_programs() -> List[Program]:
    lines = _PROGRAMS.read_text(encoding="utf-8").splitlines()
    return [Program(*line.split("\t")) for line in lines if line and not line.startswith("#")]


def _checksum(archive: pathlib.Path) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()


def fetch(program: Program, folder: pathlib.Path) -> pathlib.Path:
    """The archive of a package in the folder, with the right checksum."""
    archive = folder / f"{program.package.strip('@').replace('/', '-')}-{program.version}.tgz"
    if not archive.exists() or _checksum(archive) != program.integrity:
        archive.unlink(missing_ok=True)
        command = ["npm", "pack", "--silent", f"--pack-destination={folder}"]
        done = subprocess.run(
            [*command, f"{program.package}@{program.version}"], check=False, capture_output=True, text=True
        )
        if done.returncode != 0:
            _fail(f"npm has no {program.package} {program.version}:\n{done.stderr}")
        if _checksum(archive) != program.integrity:
            _fail(f"{archive.name} is not what programs.tsv says: {_checksum(archive)}")
    return archive


class Command(NamedTuple):
    """`atoll`, and the list of targets that says how other targets' programs are run."""

    atoll: pathlib.Path
    targets: pathlib.Path

    def observe(self, program: Program) -> List[str]:
        """All but the program and its arguments."""
        command = [str(self.atoll), "observe", "--format", "json", "--seconds", str(_SECONDS)]
        if program.target in _NATIVE:
            return command
        return [*command, "--on", program.target, "--targets", str(self.targets)]


def _observed(command: Command, program: Program, executable: pathlib.Path) -> Dict[str, Any]:
    done = subprocess.run(
        [*command.observe(program), str(executable), "--", *_ARGUMENTS],
        check=False,
        capture_output=True,
        text=True,
        cwd=_ROOT,
    )
    if not done.stdout:
        return {"ok": False, "problem": done.stderr.strip()}
    result: Dict[str, Any] = json.loads(done.stdout)
    return result


def row_of(program: Program, observed: Dict[str, Any]) -> Row:
    """The row of one program."""
    checks = observed.get("checks", [])
    wrong = [f"{check['name']}: {check['detail']}" for check in checks if not check["ok"]]
    if "problem" in observed:
        wrong = [observed["problem"]]
    index = observed.get("hintIndex")
    tried = observed.get("hintsTried") or 0
    return Row(
        program,
        (observed.get("version") or "?").replace("go", "", 1),
        "native" if program.target in _NATIVE else "QEMU user",
        observed.get("firstArena") or "-",
        f"{tried}: the first" if index == 0 else f"{tried}" if tried else "-",
        str(len(checks)),
        "agrees" if observed["ok"] else "; ".join(wrong),
    )


def observe(command: Command, program: Program, cache: pathlib.Path) -> Row:
    """Fetches a program and runs it with the command."""
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fetch(program, cache)) as archive, open(f"{folder}/program", "wb") as executable:
            member = archive.extractfile(_EXECUTABLE)
            if member is None:
                _fail(f"{program.package} {program.version} has no {_EXECUTABLE}")
            shutil.copyfileobj(member, executable)
        path = pathlib.Path(folder) / "program"
        path.chmod(0o755)
        return row_of(program, _observed(command, program, path))


def table(rows: List[Row]) -> str:
    """The rows, and how many there are."""
    head = ["package", "version", "Go", "port", "runner", "first arena", "hints tried", "checks", "verdict"]
    lines = [head, ["---"] * len(head)]
    for row in rows:
        program = row.program
        port = program.target.replace("_", "/")
        lines.append([program.package, program.version, row.release, port, *row[2:]])
    agreeing = sum(row.verdict == "agrees" for row in rows)
    text = "".join("| " + " | ".join(line) + " |\n" for line in lines)
    return f"{text}\n{len(rows)} programs, {agreeing} of which agree with the port model.\n"


def releases(rows: List[Row]) -> str:
    """Which releases each port has."""
    ports: Dict[str, List[str]] = {}
    for row in rows:
        minor = ".".join(row.release.split(".")[:2])
        found = ports.setdefault(row.program.target.replace("_", "/"), [])
        if minor not in found:
            found.append(minor)
    lines = "".join(f"| {port} | {len(found)} | {', '.join(found)} |\n" for port, found in ports.items())
    return f"| port | releases | which |\n| --- | ---: | --- |\n{lines}"


def _update(text: str) -> None:
    document = _DOCUMENT.read_text(encoding="utf-8")
    begin = document.index(_BEGIN) + len(_BEGIN)
    _DOCUMENT.write_text(f"{document[:begin]}\n{text}{document[document.index(_END):]}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="tools/witnesses", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="TARGET", help="only programs of these targets")
    parser.add_argument("--atoll", type=pathlib.Path, default=_ROOT / "bazel-bin/tools/atoll/atoll",
                        help="the command (bazel-bin/tools/atoll/atoll)")
    parser.add_argument("--targets", type=pathlib.Path, default=_ROOT / "bazel-bin/tools/probe/targets.tsv",
                        help="the list of built targets (bazel-bin/tools/probe/targets.tsv)")
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path.home() / ".cache/atoll-witnesses",
                        help="where the packages are kept (~/.cache/atoll-witnesses)")
    parser.add_argument("--update-docs", action="store_true", help=f"write the table into {_DOCUMENT.name}")
    chosen = parser.parse_args()
    programs = read_programs()
    known = {program.target for program in programs}
    for target in chosen.only or []:
        if target not in known:
            _fail(f"'{target}' is none of {', '.join(sorted(known))}", 2)
    if chosen.only and chosen.update_docs:
        _fail("--update-docs is for all programs", 2)
    for file in [chosen.atoll, chosen.targets]:
        if not file.exists():
            _fail(f"there is no {file}: tools/verify --all builds it", 2)
    command = Command(chosen.atoll.absolute(), chosen.targets.absolute())
    chosen.cache.mkdir(parents=True, exist_ok=True)
    rows = []
    wanted = [program for program in programs if not chosen.only or program.target in chosen.only]
    for number, program in enumerate(wanted, 1):
        rows.append(observe(command, program, chosen.cache))
        line = f"[{number}/{len(wanted)}] {program.target} {program.version}: {rows[-1].release}, {rows[-1].verdict}"
        print(line, file=sys.stderr)
    text = f"{releases(rows)}\n{table(rows)}"
    print(text, end="")
    if chosen.update_docs:
        _update(text)
    sys.exit(0 if all(row.verdict == "agrees" for row in rows) else 1)


if __name__ == "__main__":
    main()
