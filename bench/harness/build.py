"""Builds the programs to measure and copies them, so that no later build changes them meanwhile."""

import os
import pathlib
import shutil
import subprocess
import sys
from typing import List

WORKSPACE = pathlib.Path(__file__).resolve().parent.parent.parent

_PROGRAMS = ["workloads", "trivial", "measure", "soak"]
_LIBRARY_LABEL = "//src/malloc:libatoll.so"


class BuildError(Exception):
    """What was to be built could not be."""


def _bazel(command: str, *arguments: str, **options: object) -> subprocess.CompletedProcess:
    quiet = [] if sys.stderr.isatty() else ["--color=no", "--curses=no", "--noshow_progress"]
    if not shutil.which("bazel"):
        raise BuildError("there is no Bazel here: tools/setup --build")
    return subprocess.run(
        ["bazel", command, "-c", "opt", "--ui_event_filters=-info", *quiet, *arguments],
        cwd=WORKSPACE,
        stdin=subprocess.DEVNULL,
        check=False,
        **options,  # type: ignore[call-overload]
    )


def _build(labels: List[str]) -> pathlib.Path:
    """Where Bazel has put them."""
    if _bazel("build", "--show_result=0", *labels, stdout=sys.stderr.fileno()).returncode:
        raise BuildError("the build failed, see above")
    where = _bazel("info", "bazel-bin", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return pathlib.Path(where.stdout.decode().strip())


def build(into: pathlib.Path, with_atoll: bool) -> None:
    """The programs and, if wanted, libatoll.so."""
    labels = [f"//bench/workloads:{name}" for name in _PROGRAMS]
    files = [f"bench/workloads/{name}" for name in _PROGRAMS]
    if with_atoll and (WORKSPACE / "src/malloc/BUILD").exists():
        labels.append(_LIBRARY_LABEL)
        files.append("src/malloc/libatoll.so")
    folder = _build(labels)
    for file in files:
        shutil.copy(folder / file, into)
        os.chmod(into / os.path.basename(file), 0o755)
