"""Makes the inputs of real programs that are too large for the repository: once, and always the same."""

import atexit
import functools
import pathlib
import shutil
import subprocess
import tempfile
from typing import Callable, Dict, Iterator, List


class InputError(Exception):
    """An input could not be made."""


class Random:
    """Gives the same numbers on every machine and with every Python."""

    def __init__(self, seed: int) -> None:
        self._state = seed

    def below(self, end: int) -> int:
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self._state >> 33) % end


@functools.lru_cache(maxsize=None)
def _folder() -> pathlib.Path:
    """The folder of the inputs. It is removed when this process ends."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="atoll-inputs-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


# A workshop's day: every job goes over every machine, in an order of its own, and all end in time.
# Larger numbers take z3 minutes.
_JOBS = 14
_MACHINES = 10
_TIME = 300
_LONGEST = 20


def _shuffled(count: int, random: Random) -> List[int]:
    order = list(range(count))
    for i in range(count - 1, 0, -1):
        other = random.below(i + 1)
        order[i], order[other] = order[other], order[i]
    return order


def _constraints() -> Iterator[str]:
    """Asks a solver whether there is a schedule, in the language of SMT-LIB."""
    random = Random(3)
    jobs, machines = range(_JOBS), range(_MACHINES)
    lengths = [[1 + random.below(_LONGEST) for _ in machines] for _ in jobs]
    orders = [_shuffled(_MACHINES, random) for _ in jobs]
    yield "(set-logic QF_LIA)"
    for job in jobs:
        for machine in machines:
            yield f"(declare-const s{job}_{machine} Int)"
            yield f"(assert (>= s{job}_{machine} 0))"
    for job in jobs:
        for one, then in zip(orders[job], orders[job][1:]):
            yield f"(assert (>= (- s{job}_{then} s{job}_{one}) {lengths[job][one]}))"
        last = orders[job][-1]
        yield f"(assert (<= (+ s{job}_{last} {lengths[job][last]}) {_TIME}))"
    for machine in machines:
        for job, other in ((job, other) for job in jobs for other in range(job)):
            one, two = f"s{job}_{machine}", f"s{other}_{machine}"
            job_waits = f"(>= (- {one} {two}) {lengths[other][machine]})"
            other_waits = f"(>= (- {two} {one}) {lengths[job][machine]})"
            yield f"(assert (or {job_waits} {other_waits}))"
    yield "(check-sat)"


@functools.lru_cache(maxsize=None)
def schedule() -> str:
    """The path of a file that asks for a schedule."""
    path = _folder() / "schedule.smt2"
    path.write_text("\n".join(_constraints()) + "\n", encoding="ascii")
    return str(path)


_COMMITS = 5000
_SOURCES = 400
_LINES = 60
_BEGAN = 1_500_000_000


def _source(number: int, edits: List[int]) -> str:
    """A file after its edits, each of which is the number of the line that it changes."""
    lines = [f"line {line} of file {number}" for line in range(_LINES)]
    for i, edit in enumerate(edits):
        lines[edit] = f"line {edit} of file {number}, changed {i + 1} times"
    return "\n".join(lines) + "\n"


def _commit(number: int, changed: Dict[int, str]) -> Iterator[str]:
    message = f"Change {number}\n\nIt touches {len(changed)} files.\n"
    name = f"Author {number % 37} <author{number % 37}@example.org> {_BEGAN + 3600 * number} +0000"
    yield f"commit refs/heads/main\nauthor {name}\ncommitter {name}\n"
    yield f"data {len(message)}\n{message}"
    for source, text in changed.items():
        yield f"M 100644 inline folder{source % 20}/file{source}.txt\ndata {len(text)}\n{text}\n"


def _history() -> Iterator[str]:
    """A stream for git fast-import: all files at first, then a few changed by each commit."""
    random = Random(1)
    edits: Dict[int, List[int]] = {source: [] for source in range(_SOURCES)}
    yield from _commit(0, {source: _source(source, []) for source in edits})
    for number in range(1, _COMMITS):
        touched = {random.below(_SOURCES) for _ in range(1 + random.below(4))}
        for source in sorted(touched):
            edits[source].append(random.below(_LINES))
        yield from _commit(number, {s: _source(s, edits[s]) for s in sorted(touched)})


@functools.lru_cache(maxsize=None)
def repository() -> str:
    """The path of a bare repository with a long history."""
    path = str(_folder() / "repository.git")
    git = ["/usr/bin/git", f"--git-dir={path}"]
    stream = "".join(_history()).encode("ascii")
    for command, given in [(["init", "--quiet", "--bare", "--initial-branch=main"], b""), (["fast-import", "--quiet"], stream)]:
        done = subprocess.run(git + command, input=given, check=False, capture_output=True)
        if done.returncode:
            raise InputError(f"git {command[0]} failed: {done.stderr.decode(errors='replace')}")
    return path


# A row's command has these names in the place of the paths.
SCHEDULE = "{schedule}"
REPOSITORY = "{repository}"

MAKERS: Dict[str, Callable[[], str]] = {SCHEDULE: schedule, REPOSITORY: repository}
