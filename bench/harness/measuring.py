"""Runs one workload once, or all of them in rounds."""

import dataclasses
import os
import pathlib
import signal
import subprocess
import tempfile
from typing import Callable, Dict, List

from inputs import MAKERS
from peers import Allocator
from rows import LIBRARY, Row, SCALE
from samples import Sample

# The same for every allocator: the caller's settings of allocators do not count.
ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}


def _printed(output: str) -> Dict[str, float]:
    """What a workload says of itself: lines of "name value". The seconds of its repetitions add up."""
    found: Dict[str, float] = {}
    for line in output.splitlines():
        words = line.split()
        if len(words) == 2:
            try:
                before = found.get(words[0], 0) if words[0] == "seconds" else 0
                found[words[0]] = before + float(words[1])
            except ValueError:
                continue
    return found


def _filled(argument: str, values: Dict[str, str]) -> str:
    """The argument, with the value of each name in its place."""
    for name, value in values.items():
        argument = argument.replace(name, value)
    return argument


def _why_failed(status: int, errors: str) -> str:
    last = (errors.strip().splitlines() or [""])[-1]
    how = f"signal {status - 128}" if status > 128 else f"exit {status}"
    return f"failed: {how} {last}".strip()


class Runner:
    """Knows where the programs are, how much work they are given, and how long it may take."""

    def __init__(self, folder: pathlib.Path, scale: float, timeout: float = 120) -> None:
        self._folder = folder
        self._scale = scale
        self._timeout = timeout
        # By allocator, so that each is looked up once.
        self._versions: Dict[str, str] = {}

    def _command(self, row: Row, library: str, result: int) -> List[str]:
        preload = "" if row.preloads_itself() else library
        repeat = max(1, int(row.repeat * self._scale))
        values = {SCALE: str(self._scale), LIBRARY: library}
        values.update({name: make() for name, make in MAKERS.items() if row.is_given(name)})
        command = [_filled(argument, values) for argument in row.command]
        return [str(self._folder / "measure"), str(result), str(repeat), preload] + command

    def _execute(self, row: Row, library: str, output: List[int]) -> str:
        """Runs it; what `measure` says of it."""
        read_end, write_end = os.pipe()
        with os.fdopen(read_end) as result, open(row.stdin or os.devnull, "rb") as stdin:
            process = subprocess.Popen(
                self._command(row, library, write_end),
                stdin=stdin,
                stdout=output[0],
                stderr=output[1],
                pass_fds=[write_end],
                env={**ENVIRONMENT, **row.environment},
                start_new_session=True,
            )
            os.close(write_end)
            try:
                process.wait(self._timeout)
            finally:
                # The group is the workload's own.
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
            return result.read()

    def run(self, row: Row, allocator: Allocator, number: int) -> Sample:
        found = self._run(row, allocator, number)
        if allocator.name not in self._versions:
            self._versions[allocator.name] = allocator.version()
        return dataclasses.replace(found, version=self._versions[allocator.name])

    def _run(self, row: Row, allocator: Allocator, number: int) -> Sample:
        name = (number, row.name, row.group, allocator.name)
        why_not = allocator.why_not() or row.why_not()
        if why_not:
            return Sample(*name, problem=f"not run: {why_not}")
        with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
            try:
                result = self._execute(row, allocator.library, [output.fileno(), errors.fileno()])
            except subprocess.TimeoutExpired:
                return Sample(*name, problem=f"failed: no end after {self._timeout:g} seconds")
            output.seek(0)
            errors.seek(0)
            said = errors.read()
            if not result:
                return Sample(*name, problem="failed: it could not be measured")
            wall, user, system, peak, status = (float(word) for word in result.split())
            if status:
                return Sample(*name, problem=_why_failed(int(status), said))
            # The loader goes on without the library, and only says so.
            if "cannot be preloaded" in said:
                return Sample(*name, problem=f"failed: {said.strip().splitlines()[0]}")
            printed = _printed(output.read()) if row.tells_figures() else {}
        return Sample(
            *name,
            # As files have it, so that the same tables come of them.
            seconds=round(printed.pop("seconds", wall), 6),
            user_seconds=user,
            system_seconds=system,
            peak_bytes=int(printed.pop("peak_bytes", peak)),
            more={key: int(value) for key, value in printed.items()},
        )

    def run_all(
        self,
        rows: List[Row],
        allocators: List[Allocator],
        rounds: int,
        tell: Callable[[str], None],
    ) -> List[Sample]:
        """Round by round, and within a row allocator by allocator, so that a disturbance hits all;
        who is first changes with every row and round."""
        samples = []
        for number in range(rounds):
            for place, row in enumerate(rows):
                tell(f"round {number + 1} of {rounds}: {row.name}")
                first = (number + place) % len(allocators)
                for allocator in allocators[first:] + allocators[:first]:
                    samples.append(self.run(row, allocator, number + 1))
        return samples
