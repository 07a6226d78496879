"""The allocators that are compared, each preloaded into the same programs."""

import dataclasses
import os
import pathlib
import subprocess
from typing import List, Optional

ATOLL = "atoll"


def _tools_dir() -> pathlib.Path:
    """The folder of the packages that tools/setup unpacks; found as in tools/set_up/components.py."""
    if os.environ.get("ATOLL_TOOLS"):
        return pathlib.Path(os.environ["ATOLL_TOOLS"]).absolute()
    shared = pathlib.Path("/opt/atoll")
    return shared if shared.exists() else pathlib.Path.home() / ".local/share/atoll"


_SYSTEM = pathlib.Path("/")
_MIMALLOC3 = _tools_dir() / "mimalloc3"
_LIBRARIES = "usr/lib/x86_64-linux-gnu"
_SCUDO = "usr/lib/llvm-19/lib/clang/19/lib/linux/libclang_rt.scudo_standalone-x86_64.so"


@dataclasses.dataclass(frozen=True)
class Allocator:
    name: str
    # "": the malloc that the program has without a preload.
    library: str
    # The package that has it; for messages.
    package: str
    # If the system does not have it installed: Debian's suite with the package, and the folder that
    # tools/setup unpacked it into.
    suite: str = ""
    root: pathlib.Path = _SYSTEM

    def why_not(self) -> Optional[str]:
        """None, or why it cannot be run here."""
        if not self.library or os.path.exists(self.library):
            return None
        of_suite = f" of Debian's {self.suite}" if self.suite else ""
        return f"package {self.package}{of_suite}" if self.package else "no libatoll.so was built"

    def version(self) -> str:
        """The version of its package; "" if there is none."""
        if not self.package or self.why_not():
            return ""
        if self.suite:
            return f"{_unpacked_version(self.root, self.package)} ({self.suite})"
        command = ["dpkg-query", "--show", "--showformat=${Version}", self.package]
        try:
            return subprocess.run(command, check=True, capture_output=True).stdout.decode()
        except (OSError, subprocess.CalledProcessError):
            return "?"


def _unpacked_version(root: pathlib.Path, package: str) -> str:
    """The version that tools/setup has noted."""
    try:
        lines = (root / "versions").read_text(encoding="ascii").splitlines()
    except OSError:
        lines = []
    return dict(line.split() for line in lines).get(package, "?")


def _peer(name: str, file: str, package: str, suite: str = "", root: pathlib.Path = _SYSTEM) -> Allocator:
    return Allocator(name, str(root / file), package, suite, root)


PEERS = [
    Allocator("glibc", "", "libc6"),
    _peer("mimalloc", f"{_LIBRARIES}/libmimalloc.so.2", "libmimalloc2.0"),
    _peer("mimalloc3", f"{_LIBRARIES}/libmimalloc.so.3", "libmimalloc3", "sid", _MIMALLOC3),
    _peer("jemalloc", f"{_LIBRARIES}/libjemalloc.so.2", "libjemalloc2"),
    _peer("tcmalloc", f"{_LIBRARIES}/libtcmalloc_minimal.so.4", "libtcmalloc-minimal4"),
    _peer("scudo", _SCUDO, "libclang-rt-19-dev"),
]

NAMES = [ATOLL] + [peer.name for peer in PEERS]


def chosen(names: List[str], atoll: str) -> List[Allocator]:
    """Those of the names, in the tables' order."""
    every = [Allocator(ATOLL, atoll, "")] + PEERS
    return [allocator for allocator in every if allocator.name in names]
