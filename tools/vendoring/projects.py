"""Files with which other build systems build what tools/vendor writes: templates/HEAP/SYSTEM/."""

import pathlib
from typing import Dict, List

# Each with the systems whose files it needs too.
SYSTEMS: Dict[str, List[str]] = {
    "arduino": [],
    "cmake": [],
    "conan": ["cmake"],
    "esp-idf": ["cmake"],
    "make": [],
    "meson": [],
    "platformio": [],
    "vcpkg": ["cmake"],
    "zephyr": [],
}

_TEMPLATES = pathlib.Path(__file__).parent / "templates"


class ProjectError(Exception):
    """There are no such files; the text says why."""


def parse(text: str) -> List[str]:
    """Names with commas between them, or "all"."""
    names = text.split(",")
    for name in names:
        if name not in SYSTEMS and name != "all":
            raise ProjectError(f"--with {name!r} is none of {', '.join(SYSTEMS)}, all")
    return names


def files(heap: str, wanted: List[str], version: str) -> Dict[str, str]:
    """For the heap, "fixed" or another one. "all" means all that there are for it."""
    root = _TEMPLATES / ("fixed" if heap == "fixed" else "core")
    names = [name for name in SYSTEMS if (root / name).is_dir()] if "all" in wanted else wanted
    result: Dict[str, str] = {}
    for name in [*names, *(below for each in names for below in SYSTEMS[each])]:
        if not (root / name).is_dir():
            raise ProjectError(f"--with {name} is for --heap fixed")
        for path in sorted((root / name).rglob("*")):
            if path.is_file():
                text = path.read_text(encoding="utf-8").replace("@VERSION@", version)
                result[str(path.relative_to(root / name))] = text
    return result
