"""Runs every misuse under the preloaded library, and compares what is said about it with outcomes.txt.

outcomes.py LIBRARY PROGRAM OUTCOMES DOCUMENT [--update]: with --update it writes OUTCOMES and the table in
DOCUMENT instead.
"""

import collections
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
from typing import Dict, List, NamedTuple, Tuple

# Each way to run a program: its name, and its ATOLL_OPTIONS.
MODES = {"default": "", "checked": "checked=on"}

UNNAMED = "not named"
BY_C_LIBRARY = "named by the C library"
# Said when the program goes on behind the misuse before it is noticed.
LATER = ", later"

# The most lines of a report.
MOST_LINES = 8

_BEGIN = "<!-- begin: tests/misuse/update writes this -->\n"
_END = "<!-- end -->\n"


class Case(NamedTuple):
    name: str
    kind: str
    what: str


class Run(NamedTuple):
    code: int
    said: str  # to standard output
    errors: str


Outcomes = Dict[Tuple[str, str], str]  # by case and mode


def run(library: str, program: str, case: str, options: str) -> Run:
    environment = dict(os.environ, LD_PRELOAD=library, ATOLL_OPTIONS=options, MISUSE_TEXT="a text")
    ended = subprocess.run(
        [program, case], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False
    )
    return Run(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def cases_of(program: str) -> List[Case]:
    listed = subprocess.run([program], check=True, stdout=subprocess.PIPE, universal_newlines=True).stdout
    return [Case(*line.split("\t")) for line in listed.splitlines()]


def outcome_of(ended: Run) -> str:
    """A crash without a word is not a report, and whether there is one depends on what lies where."""
    lines = ended.errors.splitlines()
    later = LATER if "after" in ended.said else ""
    if lines and lines[0].startswith("atoll: "):
        if ended.code != -signal.SIGABRT:
            return f"exit code {ended.code} after {lines[0]}"
        if len(lines) > MOST_LINES:
            return f"{len(lines)} lines"
        return re.sub("0x[0-9a-f]+", "ADDRESS", lines[0]) + later
    if ended.code == -signal.SIGABRT and re.match(r"[a-z_]+\(\): ", ended.errors):
        return BY_C_LIBRARY + later
    if ended.code not in (0, -signal.SIGSEGV, -signal.SIGBUS):
        return f"exit code {ended.code}: {ended.errors}"
    return UNNAMED


def observe(library: str, program: str, cases: List[Case]) -> Outcomes:
    return {
        (case.name, mode): outcome_of(run(library, program, case.name, options))
        for case in cases
        for mode, options in MODES.items()
    }


def written(outcomes: Outcomes) -> str:
    return "".join(f"{case}\t{mode}\t{outcome}\n" for (case, mode), outcome in outcomes.items())


def in_table(outcome: str) -> str:
    """The message without what it says of the place."""
    if outcome == UNNAMED:
        return "-"
    later = LATER if outcome.endswith(LATER) else ""
    if outcome.startswith(BY_C_LIBRARY):
        return "by the C library" + later
    return "`" + outcome[len("atoll: ") :].split(": ADDRESS")[0] + "`" + later


def table(cases: List[Case], outcomes: Outcomes) -> str:
    named = {m: sum(outcomes[c.name, m] != UNNAMED for c in cases) for m in MODES}
    by_us = {m: sum(outcomes[c.name, m].startswith("atoll: ") for c in cases) for m in MODES}
    modes = list(MODES)
    lines = [
        "| kind | what | " + " | ".join(modes) + " |",
        "| --- | --- |" + " --- |" * len(modes),
    ]
    for case in cases:
        cells = " | ".join(in_table(outcomes[case.name, mode]) for mode in modes)
        lines.append(f"| {case.kind} | {case.what} | {cells} |")
    sums = " | ".join(f"{named[m]}, {by_us[m]} of them by Atoll" for m in modes)
    lines.append(f"| all | named, of {len(cases)} | {sums} |")
    return "\n".join(lines) + "\n"


def with_table(document: str, new: str) -> str:
    head, rest = document.split(_BEGIN)
    return head + _BEGIN + new + _END + rest.split(_END)[1]


def differences(is_now: Outcomes, expected: str) -> List[str]:
    was = {tuple(line.split("\t")[:2]): line.split("\t")[2] for line in expected.splitlines()}
    keys = list(collections.OrderedDict.fromkeys([*was, *is_now]))
    return [
        f"{case}, {mode}: {is_now.get((case, mode), 'no such case')}; expected: {was.get((case, mode), 'nothing')}"
        for case, mode in keys
        if is_now.get((case, mode)) != was.get((case, mode))
    ]


# --- The report itself. ---


def function_at(program: str, place: str) -> str:
    """The function of the program at FILE+OFFSET; empty if that is another file."""
    name, offset = place.split("+")
    if name != pathlib.Path(program).name:
        return ""
    listed = subprocess.run(["nm", "--defined-only", "--numeric-sort", program], check=True, stdout=subprocess.PIPE)
    found = ""
    for line in listed.stdout.decode().splitlines():
        address, _, symbol = line.split(" ", 2)
        if int(address, 16) < int(offset, 16):
            found = symbol
    return found


def innermost(program: str, lines: List[str], what: str) -> str:
    for line in lines:
        if line.startswith(f"atoll:   {what} "):
            return function_at(program, line.split(", ")[0].split()[-1])
    return f"no '{what}'"


def wrong_with_text(library: str, program: str) -> List[str]:
    """Who called, who allocated and who freed is told where stacks are taken, and only there."""
    sampled = "checked=on,profile_rate=1,profile_file=/dev/null"
    wrong = []
    for options, known in (("", 0), ("checked=on", 1), (sampled, 3)):
        lines = run(library, program, "twice_100", options).errors.splitlines()
        found = [innermost(program, lines, what) for what in ("called from", "allocated by", "freed by")]
        expected = ["misuse_frees_again", "misuse_allocates", "misuse_frees"][:known]
        expected += [f"no '{what}'" for what in ("called from", "allocated by", "freed by")][known:]
        if found != expected or not re.match(r"atoll:   object 1 of 73 in the span, at 0x[0-9a-f]+, and 0 bytes into it; in thread \d+ of process \d+$", lines[1]):
            wrong.append(f"'{options}': {found}, expected {expected}, in:\n" + "\n".join(lines))
    return wrong


def wrong_with_json(library: str, program: str) -> List[str]:
    options = "report=json,checked=on,profile_rate=1,profile_file=/dev/null"
    told = run(library, program, "twice_100", options).errors
    first, second = (json.loads(line) for line in told.splitlines())
    is_right = (
        first["misuse"] == "double free"
        and first["pointer"] == first["object"]
        and (first["span_size"], first["object_size"]) == (8192, 112)
        and second["process"] > 0
        and second["thread"] > 0
        and all(frame.startswith("0x") for key in ("called_from", "allocated_by", "freed_by") for frame in second[key])
        and len({second[key][0] for key in ("called_from", "allocated_by", "freed_by")}) == 3
    )
    wrong = [] if is_right else [f"report=json: {told}"]
    told = run(library, program, "inside_large", "report=json").errors
    first, second = (json.loads(line) for line in told.splitlines())
    if int(first["pointer"], 16) - int(first["object"], 16) != 4096 or second["called_from"]:
        wrong.append(f"report=json, without stacks: {told}")
    return wrong


def main(arguments: List[str]) -> int:
    # The file that a link leads to has the name that reports tell.
    library, program = (str(pathlib.Path(path).resolve()) for path in arguments[:2])
    file, document = (pathlib.Path(path) for path in arguments[2:4])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    cases = cases_of(program)
    outcomes = observe(library, program, cases)
    new_document = with_table(document.read_text(), table(cases, outcomes))
    if arguments[4:] == ["--update"]:
        file.write_text(written(outcomes))
        document.write_text(new_document)
        return 0
    wrong = differences(outcomes, file.read_text())
    if new_document != document.read_text():
        wrong.append(f"{document} has another table")
    if wrong:
        wrong.append("'tests/misuse/update' writes both as they are now")
    wrong += wrong_with_text(library, program) + wrong_with_json(library, program)
    print("\n".join(wrong) if wrong else f"{len(cases)} cases in {len(MODES)} modes, as expected")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
