"""The allocators that are compared, each preloaded into the same programs."""

import dataclasses
import os
import pathlib
from typing import List, Optional

ATOLL = "atoll"

_LIBRARIES = pathlib.Path("/usr/lib/x86_64-linux-gnu")


@dataclasses.dataclass(frozen=True)
class Allocator:
    name: str
    # "": the malloc that the program has without a preload.
    library: str
    # The package that has it; for messages.
    package: str

    def why_not(self) -> Optional[str]:
        """None, or why it cannot be run here."""
        if not self.library or os.path.exists(self.library):
            return None
        return f"package {self.package}" if self.package else "no libatoll.so was built"


PEERS = [
    Allocator("glibc", "", "libc6"),
    Allocator("mimalloc", str(_LIBRARIES / "libmimalloc.so.2"), "libmimalloc2.0"),
    Allocator("jemalloc", str(_LIBRARIES / "libjemalloc.so.2"), "libjemalloc2"),
    Allocator("tcmalloc", str(_LIBRARIES / "libtcmalloc_minimal.so.4"), "libtcmalloc-minimal4"),
]

NAMES = [ATOLL] + [peer.name for peer in PEERS]


def chosen(names: List[str], atoll: str) -> List[Allocator]:
    """Those of the names, in the tables' order."""
    every = [Allocator(ATOLL, atoll, "")] + PEERS
    return [allocator for allocator in every if allocator.name in names]
