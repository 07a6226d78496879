"""Watches the memory of a busy process for a long time; see bench/soak --help."""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from typing import List

import command_line
import peers
from build import BuildError
from growth import Growth, growth, Point
from measuring import ENVIRONMENT

_DESCRIPTION = """\
Keeps an allocator busy with threads that come and go and pass blocks to each other, looks at the
process's resident memory every few seconds, and prints one line for each minute.

Fails (exit 1) if memory has grown by more than the bound after the first third of the time: by a
line fitted to the samples, or by the most of the last third against the most of the middle one."""

_EXAMPLES = """\
examples:
  bench/soak                                 half an hour with Atoll
  bench/soak --minutes 3 --allocator glibc   a look at another allocator
"""


def _parser() -> argparse.ArgumentParser:
    parser = command_line.Parser(
        prog="bench/soak",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--minutes", type=float, default=30, metavar="N", help="how long (30)")
    add("--allocator", default=peers.ATOLL, choices=peers.NAMES, help="whose memory (atoll)")
    add("--atoll", type=pathlib.Path, metavar="PATH", help="a libatoll.so built already")
    add("--bound", type=float, default=10, metavar="PERCENT", help="how much growth is none (10)")
    return parser


def _resident_bytes(process: int) -> int:
    with open(f"/proc/{process}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _mebibytes(value: float) -> str:
    return f"{value / 2**20:.1f} MiB"


def _tell_minute(minute: int, values: List[float]) -> None:
    mean = sum(values) / len(values)
    least, most = _mebibytes(min(values)), _mebibytes(max(values))
    print(f"minute {minute}: {_mebibytes(mean)}, from {least} to {most}", flush=True)


def _watch(process: subprocess.Popen, seconds: float) -> List[Point]:
    """Samples until shortly before the end, when the process takes everything down."""
    interval = min(5.0, seconds / 60)
    started = time.monotonic()
    points: List[Point] = []
    minute = 0
    while (now := time.monotonic() - started) < seconds - interval and process.poll() is None:
        points.append((now, _resident_bytes(process.pid)))
        time.sleep(interval)
        if (time.monotonic() - started) // 60 > minute:
            _tell_minute(minute + 1, [y for x, y in points if x >= 60 * minute])
            minute += 1
    return points


def _soak(program: str, library: str, seconds: float) -> List[Point]:
    environment = {**ENVIRONMENT, **({"LD_PRELOAD": library} if library else {})}
    process = subprocess.Popen([program, str(seconds)], env=environment, stdin=subprocess.DEVNULL)
    try:
        points = _watch(process, seconds)
        status = process.wait(60)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if status:
        sys.exit(f"bench/soak: the process ended with {status}")
    return points


def _tell(found: Growth, bound: float) -> int:
    print(f"the fitted line: {found.by_fit:+.1%}; most in the last third: {found.by_most:+.1%}")
    if found.is_above(bound / 100):
        print(f"memory grew by more than {bound:g} %")
        return 1
    print(f"memory did not grow by more than {bound:g} %")
    return 0


def main() -> int:
    parser = _parser()
    arguments = parser.parse_args()
    if not 0.1 <= arguments.minutes <= 10_000:
        parser.error(f"--minutes {arguments.minutes:g}: 0.1 to 10000")
    if not 0 < arguments.bound <= 1000:
        parser.error(f"--bound {arguments.bound:g}: more than 0, up to 1000")
    command_line.check_file(parser, arguments.atoll)
    with tempfile.TemporaryDirectory(prefix="atoll-soak-") as temporary:
        is_ours = arguments.allocator == peers.ATOLL
        folder, library = command_line.find_programs(
            pathlib.Path(temporary), None, arguments.atoll, is_ours
        )
        (allocator,) = peers.chosen([arguments.allocator], library)
        if allocator.why_not():
            sys.exit(f"bench/soak: {allocator.name} cannot be run here: {allocator.why_not()}")
        points = _soak(str(folder / "soak"), allocator.library, arguments.minutes * 60)
    return _tell(growth(points), arguments.bound)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BuildError as problem:
        sys.exit(f"bench/soak: {problem}")
    except KeyboardInterrupt:
        sys.exit(130)
