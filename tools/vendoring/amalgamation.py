"""Joins sources of the project into one file, each once and behind the files that it includes.

The sources keep all lines, comments too, but for three kinds: includes of the project's own files,
which the result contains; includes of the language's and the system's headers, which move to the top
of their part, each once; and #pragma once.
"""

import hashlib
import pathlib
import re
from typing import Callable, Dict, List, Set

_OURS = re.compile(r'#include "((?:os|src)/[^"]+)"')
_SYSTEM = re.compile(r"#include <([^>]+)>")
_OPENS = re.compile(r"\s*#\s*if")
_CLOSES = re.compile(r"\s*#\s*endif")


class AmalgamationError(Exception):
    """The sources have something that cannot be joined."""


class Source:
    """A file, taken apart: the project's files and the system's headers that it includes, and the rest."""

    def __init__(self, root: pathlib.Path, path: str) -> None:
        self.path = path
        self.text = (root / path).read_text(encoding="utf-8")
        self.before: List[str] = []
        self.system: List[str] = []
        self.body: List[str] = []
        is_code = False
        for line in self.text.splitlines():
            ours, system = _OURS.match(line), _SYSTEM.match(line)
            if line == "#pragma once":
                continue
            if ours and not is_code:
                self.before.append(ours.group(1))
            elif system and not is_code:
                self.system.append(system.group(1))
            else:
                is_code = is_code or bool(line and not line.startswith(("//", "/*", " *")))
                self.body.append(line)

    def summary(self) -> str:
        """The first sentence of the comment at its top, for a table of contents."""
        words: List[str] = []
        for line in self.body:
            if not line.startswith("// "):
                break
            words += line[3:].split()
            if words[-1].endswith((".", ":")):
                break
        sentence = re.split(r"(?<=[.:])\s", " ".join(words))[0]
        return sentence.rstrip(":.")


class Amalgamation:
    """The files of one output folder. No source is in two of them."""

    def __init__(self, root: pathlib.Path) -> None:
        self._root = root
        self._sources: Dict[str, Source] = {}
        # The condition of the preprocessor around each source that a part has; empty: none.
        self._placed: Dict[str, str] = {}

    def source(self, path: str) -> Source:
        if path not in self._sources:
            self._sources[path] = Source(self._root, path)
        return self._sources[path]

    def leave_out(self, path: str) -> None:
        """No part will have `path`: the caller writes it apart. It counts for the digest."""
        self._placed[path] = ""
        self.source(path)

    def part(self, paths: List[str], condition: str = "") -> "Part":
        """These sources, and those that they include and that no earlier part has."""
        part = Part(self.source, self._placed, condition)
        for path in paths:
            part.add(path)
        return part

    def needed(self, path: str) -> List[str]:
        """`path`, behind all headers that it includes without a condition; each once."""
        found: Dict[str, None] = {}
        for included in self.source(path).before:
            found.update(dict.fromkeys(self.needed(included)))
        return [*found, path]

    def digest(self) -> str:
        """Of all sources that were used, in the order of their names."""
        digest = hashlib.sha256()
        for path in sorted(self._sources):
            digest.update(f"{path}\n{self._sources[path].text}".encode())
        return digest.hexdigest()


class Part:
    """A piece of a file: the headers of the system that it needs, and sources in order."""

    def __init__(
        self,
        source: Callable[[str], Source],
        placed: Dict[str, str],
        condition: str,
    ) -> None:
        self._source = source
        self._placed = placed
        self._condition = condition
        self.contents: List[str] = []
        self._system: Set[str] = set()
        self._lines: List[str] = []

    def add(self, path: str, depth: int = 0) -> None:
        """`depth`: how many conditions of the preprocessor are around `path`, beside the part's own."""
        here = f"{self._condition} {depth}" if depth else self._condition
        if path in self._placed:
            if not _implies(here, self._placed[path]):
                raise AmalgamationError(f"{path} is needed under two different conditions")
            return
        self._placed[path] = here
        source = self._source(path)
        for included in source.before:
            self.add(included, depth)
        self.contents.append(path)
        self._lines += ["", _heading(path), ""]
        # A system's own headers depend on those before them.
        moves = {name for name in source.system if not depth and not (here and "." in name)}
        self._system.update(moves)
        self._lines += [f"#include <{name}>" for name in source.system if name not in moves]
        self._add_body(source, depth)

    def _add_body(self, source: Source, depth: int) -> None:
        for line in source.body:
            depth += 1 if _OPENS.match(line) else -1 if _CLOSES.match(line) else 0
            ours = _OURS.match(line)
            if ours:
                self.add(ours.group(1), depth)
            elif line or self._lines[-1]:
                self._lines.append(line)
        while not self._lines[-1]:
            self._lines.pop()

    def text(self) -> str:
        ordered = sorted(self._system, key=lambda name: (not name.endswith(".h"), name))
        system = [f"#include <{name}>" for name in ordered]
        text = "\n".join(system + self._lines) + "\n"
        if not self._condition:
            return text
        return f"#if {self._condition}\n{text}\n#endif  // {self._condition}\n"


def _implies(condition: str, other: str) -> bool:
    """Whether the second condition holds wherever the first does: both are alternatives, "A || B"."""
    return not other or set(condition.split(" || ")) <= set(other.split(" || "))


def _heading(path: str) -> str:
    return f"// ---- {path} " + "-" * max(4, 92 - len(path))
