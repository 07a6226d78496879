"""Running commands quietly, with the log shown when they fail."""

import os
import pathlib
import subprocess
import sys
import tempfile
import time
from typing import Callable, Dict, List, Optional

_TRIES = 3
_PAUSE_SECONDS = 5
_LINES_OF_A_LOG = 25


class SetUpError(Exception):
    """Something could not be set up; the text says what, and what to do."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run(
    command: List[str],
    env: Optional[Dict[str, str]] = None,
    cwd: Optional[pathlib.Path] = None,
    timeout: int = 1800,
    tries: int = 1,
) -> None:
    """Runs a command; SetUpError, with the end of its log, if it fails."""
    for left in reversed(range(tries)):
        log = _run_once(command, env, cwd, timeout)
        if log is None:
            return
        if left:
            time.sleep(_PAUSE_SECONDS)
    raise SetUpError(f"{' '.join(command[:1])} failed:\n{log}\n(the command: {' '.join(command)})")


def _run_once(
    command: List[str], env: Optional[Dict[str, str]], cwd: Optional[pathlib.Path], timeout: int
) -> Optional[str]:
    """None, or the end of the log of a command that failed."""
    # A file, not a pipe: daemons that a command leaves behind keep its output open.
    with tempfile.TemporaryFile() as log:
        try:
            code = subprocess.run(
                command,
                check=False,
                cwd=cwd,
                env={**os.environ, **(env or {})},
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                timeout=timeout,
            ).returncode
        except subprocess.TimeoutExpired:
            code = -1
        except FileNotFoundError as error:
            return str(error)
        if code == 0:
            return None
        log.seek(0)
        lines = log.read().decode(errors="replace").splitlines()[-_LINES_OF_A_LOG:]
    if code == -1:
        lines.append(f"(stopped after {timeout} s)")
    return "\n".join("  | " + line for line in lines)


def retried() -> int:
    """How often a step that depends on the network is tried."""
    return _TRIES


class Progress:
    """One line per step: what, which of how many, how long it took."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._done = 0

    def step(self, what: str, action: Callable[[], None]) -> bool:
        """Does one step and says so; False, with the reason told, if it failed."""
        self._done += 1
        start = time.monotonic()
        print(f"[{self._done}/{self._steps}] {what} ...", end=" ", file=sys.stderr, flush=True)
        try:
            action()
        except SetUpError as error:
            say(f"failed\n{error}")
            return False
        except BaseException:
            say("stopped")
            raise
        say(f"{time.monotonic() - start:.0f} s")
        return True
