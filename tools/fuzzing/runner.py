"""Runs a program of libFuzzer's, and reads what it prints."""

import pathlib
import re
import subprocess
import sys
import time
from typing import List, NamedTuple, Optional

_LONGEST = 1200  # bytes of an input
_STATUS = re.compile(r"#(\d+)\s.*cov: (\d+) ft: (\d+) corp: (\d+)/")
_FAILURE = re.compile(r"atoll: (.*)|.*(?:ERROR: |runtime error: )(.*)")
_SECONDS_BETWEEN_LINES = 10
_SECONDS_TO_MINIMISE = 60

# libFuzzer's defaults except for these: long inputs from the beginning, and no core of gigabytes. A
# fuzzer's own options come behind these, because libFuzzer takes the last one.
_OPTIONS = [f"-max_len={_LONGEST}", "-len_control=0", "-timeout=60", "-rss_limit_mb=4096"]


class Result(NamedTuple):
    executions: int = 0
    coverage: int = 0  # branches
    features: int = 0  # branches, with how often each was taken
    inputs: int = 0  # that are worth keeping
    found: Optional[pathlib.Path] = None  # the input that broke something
    failure: str = ""  # what it broke


def _tell(result: Result, seconds: float) -> None:
    rate = result.executions / max(seconds, 1)
    print(
        f"tools/fuzz: {result.executions:,} inputs, {rate:,.0f} per second; "
        f"{result.coverage:,} branches, {result.features:,} features",
        file=sys.stderr,
        flush=True,
    )


def fuzz(program: pathlib.Path, corpus: pathlib.Path, seconds: int, options: List[str]) -> Result:
    """Lets the program search, until it finds something or the time is over."""
    artifacts = corpus.parent / "found"
    artifacts.mkdir(exist_ok=True)
    limits = [f"-max_total_time={seconds}", f"-artifact_prefix={artifacts}/"]
    command = [str(program), *_OPTIONS, *options, *limits]
    begin = time.monotonic()
    last_line = begin
    result = Result()
    log = corpus.parent / "log"
    with open(log, "w", encoding="utf-8") as file, subprocess.Popen(
        [*command, str(corpus)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        for raw in process.stdout:
            line = raw.decode(errors="replace").rstrip("\n")
            file.write(line + "\n")
            result = _read(result, line)
            if time.monotonic() - last_line > _SECONDS_BETWEEN_LINES:
                last_line = time.monotonic()
                _tell(result, last_line - begin)
    _tell(result, time.monotonic() - begin)
    if process.returncode != 0 and result.found is None:
        return result._replace(failure=result.failure or f"it ended with {process.returncode}: {log}")
    return result


def _read(result: Result, line: str) -> Result:
    if status := _STATUS.match(line):
        executions, coverage, features, inputs = map(int, status.groups())
        return result._replace(executions=executions, coverage=coverage, features=features, inputs=inputs)
    if done := re.match(r"Done (\d+) runs", line):
        return result._replace(executions=int(done.group(1)))
    if written := re.search(r"Test unit written to (.*)", line):
        return result._replace(found=pathlib.Path(written.group(1)))
    # The first complaint is the one that counts.
    if (failure := _FAILURE.match(line)) and not result.failure:
        return result._replace(failure=(failure.group(1) or failure.group(2)).strip())
    return result


def minimise(program: pathlib.Path, found: pathlib.Path, options: List[str]) -> bytes:
    """The shortest input that breaks the same, as far as a minute's search finds it."""
    shorter = found.with_name(found.name + ".short")
    command = [
        str(program),
        *options,
        "-minimize_crash=1",
        f"-max_total_time={_SECONDS_TO_MINIMISE}",
        f"-exact_artifact_path={shorter}",
        str(found),
    ]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return shorter.read_bytes() if shorter.exists() else found.read_bytes()


def merge(program: pathlib.Path, corpus: pathlib.Path, into: pathlib.Path, options: List[str]) -> None:
    """Copies a few inputs that take every branch which all of them take."""
    into.mkdir()
    command = [str(program), *_OPTIONS, *options, "-use_counters=0", "-merge=1", str(into), str(corpus)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
