"""The comments at the top of vendored files: version, licence, checksum of the sources, contents."""

import pathlib
import re
from typing import List

from amalgamation import Amalgamation, Part


def version(root: pathlib.Path) -> str:
    """The one in MODULE.bazel."""
    text = (root / "MODULE.bazel").read_text(encoding="utf-8")
    match = re.search(r'^ *version = "([^"]+)"', text, re.MULTILINE)
    assert match
    return match.group(1)


class Banner:
    """Writes the comment for one file after another of the same output."""

    def __init__(self, root: pathlib.Path, amalgamation: Amalgamation) -> None:
        self._amalgamation = amalgamation
        self._version = version(root)
        self._licence = (root / "LICENSE").read_text(encoding="utf-8").splitlines()

    def text(self, title: str, parts: List[Part], notes: List[str]) -> str:
        """For C++."""
        lines = self._lines(title, parts, notes)
        return "\n".join(f"// {line}".rstrip() for line in lines) + "\n"

    def c_text(self, title: str, parts: List[Part], notes: List[str]) -> str:
        """For C, whose comments have another form."""
        lines = self._lines(title, parts, notes)
        return "\n".join(f" * {line}".rstrip() for line in lines).replace(" *", "/*", 1) + "\n */\n"

    def _lines(self, title: str, parts: List[Part], notes: List[str]) -> List[str]:
        lines = [
            f"Atoll {self._version}: {title}",
            "",
            "tools/vendor of Atoll wrote this file. The checksum of its sources (SHA-256) is",
            self._amalgamation.digest(),
        ]
        lines += [""] + notes if notes else []
        contents = [path for part in parts for path in part.contents]
        if contents:
            lines += ["", "Contents, in the order of layers:"]
            width = max(len(path) for path in contents)
            for path in contents:
                summary = self._amalgamation.source(path).summary()
                lines.append(f"  {path:{width}}  {summary}".rstrip())
        return lines + ["", *self._licence]
