"""Checks that includes point one way, as the tables of os/README.md and src/README.md say."""

import pathlib
import re
from typing import Dict, List

_INCLUDE = re.compile(r'\s*#\s*include\s+"((?:os|src)/[^"]+)"')
_ROW = re.compile(r"\| ((?:`[^`]+`(?:, )?)+) \|")

# What src/ may include of os/: the contract. Only the faces take over a system's own malloc().
_CONTRACT = ("os/base/", "os/os.h", "os/thread_local.h")
_KNOWS_SYSTEMS = "src/malloc/"


def ranks(readme: str, folder: str) -> Dict[str, int]:
    """The rows of a README's first table: each name of a first cell, with the row's number."""
    result: Dict[str, int] = {}
    row = 0
    for line in readme.splitlines():
        match = _ROW.match(line)
        if match is None:
            if result and not line.startswith("|"):
                break
            continue
        row += 1
        for name in re.findall(r"`([^`]+)`", match.group(1)):
            result[folder + name] = row
    return result


def _layer(path: str, known: Dict[str, int]) -> str:
    """The longest name of a layer that the path begins with; empty: none."""
    return max((name for name in known if path.startswith(name)), key=len, default="")


def problem(path: str, included: str, known: Dict[str, int]) -> str:
    """Why `path` may not include `included`; empty: it may."""
    ours, theirs = _layer(path, known), _layer(included, known)
    if not ours or not theirs:
        return f"{path if not ours else included} is of no layer: the README of its folder has none"
    # Files of one row are one layer; folders of one row know nothing of each other.
    if ours == theirs or (known[ours] == known[theirs] and not ours.endswith("/")):
        return ""
    if path.startswith("src/") and included.startswith("os/"):
        if included.startswith(_CONTRACT) or path.startswith(_KNOWS_SYSTEMS):
            return ""
        return f"{path} includes {included}, which is no part of the contract of os/"
    if path.startswith("os/") and included.startswith("src/"):
        return f"{path} includes {included}, but os/ knows nothing of src/"
    if known[theirs] >= known[ours]:
        return f"{path} includes {included}, but {ours} is not above {theirs}"
    return ""


def check(files: List[str]) -> List[str]:
    """The problems of all of these files."""
    known: Dict[str, int] = {}
    for folder in ("os/", "src/"):
        readme = pathlib.Path(folder + "README.md").read_text(encoding="utf-8")
        known.update(ranks(readme, folder))
    problems = []
    for path in files:
        for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
            match = _INCLUDE.match(line)
            wrong = problem(path, match.group(1), known) if match else ""
            if wrong:
                problems.append(wrong)
    return problems
