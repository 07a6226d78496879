"""Makes Wine's prefixes, the folders that its programs see as drive C, once."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
from typing import Callable, Dict, List

from components import TOOLS, WORKSPACE
from steps import run, SetUpError

_TRIES = 2
_TIMEOUT = 300


def _common(prefix: pathlib.Path, home: str) -> Dict[str, str]:
    return {
        "DISPLAY": "",
        "HOME": home,
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "mscoree,mshtml=",
        "WINEPREFIX": str(prefix),
    }


def _retried(prefix: pathlib.Path, boot: Callable[[Dict[str, str]], None]) -> None:
    """Calls `boot` with Wine's environment; removes what it left if it fails."""
    for left in reversed(range(_TRIES)):
        shutil.rmtree(prefix, ignore_errors=True)
        try:
            with tempfile.TemporaryDirectory(prefix="atoll-wine-") as home:
                boot(_common(prefix, home))
            if not (prefix / "system.reg").exists():
                raise SetUpError(f"Wine made no registry in {prefix}")
            return
        except BaseException as error:
            shutil.rmtree(prefix, ignore_errors=True)
            if not left or not isinstance(error, SetUpError):
                raise


def _make(prefix: pathlib.Path, wine: List[str], server: str, env: Dict[str, str]) -> None:
    _retried(prefix, lambda common: _boot(wine, server, {**common, **env}))


def _boot(wine: List[str], server: str, env: Dict[str, str]) -> None:
    try:
        run(wine + ["wineboot", "-i"], env=env, timeout=_TIMEOUT)
        # The server writes the registry when the last program has ended.
        run([server, "-w"], env=env, timeout=_TIMEOUT)
    except BaseException:
        subprocess.call([server, "-k", str(int(signal.SIGKILL))], env={**os.environ, **env})
        raise


def make_wine64_prefix() -> None:
    wine = "/usr/lib/wine/wine64"
    env = {"WINEARCH": "win64", "WINELOADER": wine}
    _make(TOOLS / "wine64-prefix", [wine], "/usr/lib/wine/wineserver64", env)


def _link_server(root: pathlib.Path, name: str) -> None:
    """Debian's wineserver is a script that looks for the servers in the system's /usr."""
    server = root / "usr/lib/wine/wineserver"
    server.unlink(missing_ok=True)
    server.symlink_to(name)


def _finish_wine32(root: pathlib.Path) -> None:
    """The steps that the scripts of the unpacked packages would have done on the system."""
    dll = (root / "usr/i686-w64-mingw32/lib/zlib1.dll").read_bytes()
    # Wine loads from its own folder only files that have its mark in the DOS header.
    marked = dll[:64] + b"Wine builtin DLL".ljust(32, b"\0") + dll[96:]
    (root / "usr/lib/i386-linux-gnu/wine/i386-windows/zlib1.dll").write_bytes(marked)
    _link_server(root, "wineserver32")


def make_wine32_prefix() -> None:
    root = TOOLS / "wine32"
    _finish_wine32(root)
    libraries = [root / "usr/lib/i386-linux-gnu", root / "lib/i386-linux-gnu"]
    server = str(root / "usr/lib/wine/wineserver32")
    env = {
        "LD_LIBRARY_PATH": ":".join(str(folder) for folder in libraries),
        "WINEARCH": "win32",
        "WINESERVER": server,
    }
    _make(TOOLS / "wine32-prefix", [str(root / "usr/lib/wine/wine")], server, env)


def make_wine_arm64_prefix() -> None:
    _link_server(TOOLS / "wine-arm64", "wineserver64")
    script = str(WORKSPACE / "toolchains/emulators/wine_arm64.sh")
    command = ["bash", script, "--make-prefix"]
    own = {"ATOLL_TOOLS": str(TOOLS)}
    prefix = TOOLS / "wine-arm64-prefix"
    _retried(prefix, lambda common: run(command, env={**common, **own}, timeout=_TIMEOUT))
