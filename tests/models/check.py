"""Checks every model given with spin, and that spin finds each of its mutants.

A model names its numbers of threads and its mutants, in comments `threads: 2 3` and `mutants: A B`. Each
number is checked exhaustively. A mutant is the model with -DA; for it spin must find a counterexample
with one of these numbers. A comment `faults: C` names what the code does and should not do: spin must
find it, until the code is better and the comment can go.
"""

import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import time
from typing import List, NamedTuple

_MOST_MEGABYTES = 2048  # for the states of one check
_MOST_SECONDS = 120  # for one check
_MOST_STEPS = 1_000_000  # of one path


class Outcome(NamedTuple):
    errors: int
    states: int
    seconds: float


class CheckError(Exception):
    """A check that was not exhaustive, or no check at all."""


def _words(name: str, text: str) -> List[str]:
    match = re.search(rf"/\* {name}: (.*?) \*/", text)
    return match.group(1).split() if match is not None else []


def _run(command: List[str], folder: pathlib.Path) -> str:
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=_MOST_SECONDS, check=False)
    if done.returncode != 0:
        raise CheckError(f"{' '.join(command)}:\n{done.stdout}")
    return done.stdout


def check(model: pathlib.Path, defines: List[str]) -> Outcome:
    """Explores all states of the model, or those up to the first error."""
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        _run(["spin", *defines, "-a", str(model)], folder)
        _run(["gcc", "-O1", "-w", "-DSAFETY", "-DCOLLAPSE", f"-DMEMLIM={_MOST_MEGABYTES}",
              "-o", "pan", "pan.c"], folder)
        output = _run(["./pan", f"-m{_MOST_STEPS}"], folder)
    errors = re.search(r"errors: (\d+)", output)
    states = re.search(r"(\d+) states, stored", output)
    if errors is None or states is None:
        raise CheckError(output)
    is_whole = not re.search(r"Search not completed|max search depth too small|out of memory", output)
    if int(errors.group(1)) == 0 and not is_whole:
        raise CheckError("not exhaustive:\n" + output)
    return Outcome(int(errors.group(1)), int(states.group(1)), time.monotonic() - begin)


def _check_all(model: pathlib.Path) -> int:
    """Returns the number of failures."""
    text = model.read_text(encoding="utf-8")
    threads = _words("threads", text)
    mutants = _words("mutants", text)
    if not threads or not mutants:
        raise CheckError("no comment `threads: ...` or `mutants: ...`")
    failures = 0
    for count in threads:
        outcome = check(model, [f"-DTHREADS={count}"])
        failures += outcome.errors != 0
        print(f"{'FAILED' if outcome.errors else 'ok':6} {model.stem}, {count} threads: "
              f"{outcome.states} states, {outcome.seconds:.1f} s", flush=True)
    for mutant in mutants + _words("faults", text):
        found = [count for count in threads
                 if check(model, [f"-DTHREADS={count}", f"-D{mutant}"]).errors != 0]
        failures += not found
        print(f"{'ok' if found else 'FAILED':6} {model.stem} with {mutant}: "
              f"{'found with ' + found[0] + ' threads' if found else 'not found'}", flush=True)
    return failures


def main() -> int:
    failures = 0
    for name in sys.argv[1:]:
        try:
            failures += _check_all(pathlib.Path(name).absolute())
        except (CheckError, subprocess.TimeoutExpired) as error:
            print(f"FAILED {name}: {error}", flush=True)
            failures += 1
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"{failures} failed; at most {used} MiB")
    return 1 if failures or len(sys.argv) == 1 else 0


if __name__ == "__main__":
    sys.exit(main())
