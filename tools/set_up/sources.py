"""The main archive of this machine: where apt gets Debian's packages, and the key."""

import dataclasses
import pathlib
import re
from typing import Dict, Iterator, List

from steps import SetUpError

_ETC_APT = pathlib.Path("/etc/apt")

# Fields of a source that say how to reach and to trust it.
_KEPT_FIELDS = [
    "Signed-By",
    "Trusted",
    "Check-Valid-Until",
    "Check-Date",
    "Allow-Insecure",
    "Allow-Weak",
]


@dataclasses.dataclass
class Source:
    """One entry of apt's sources, in the fields of the deb822 style."""

    fields: Dict[str, str]

    def words(self, field: str) -> List[str]:
        return self.fields.get(field, "").split()

    def for_suite(self, suite: str) -> str:
        """The text of a .sources file for one suite of the same archive."""
        kept = {k: v for k, v in self.fields.items() if k in _KEPT_FIELDS}
        fields = {
            "Types": "deb",
            "URIs": self.fields["URIs"],
            "Suites": suite,
            "Components": "main",
            **kept,
        }
        return "".join(f"{name}: {value}\n" for name, value in fields.items())


def parse_deb822(text: str) -> Iterator[Source]:
    for paragraph in re.split(r"\n\s*\n", text):
        fields: Dict[str, str] = {}
        name = ""
        for line in paragraph.splitlines():
            if line.startswith("#") or not line.strip():
                continue
            if line[0] in " \t" and name:
                # A key block: its lines are kept as they are.
                fields[name] += "\n" + line
            elif ":" in line:
                name, value = line.split(":", 1)
                name = _canonical(name.strip())
                fields[name] = value.strip()
        if fields.get("Enabled", "yes").lower() not in ("no", "false"):
            yield Source(fields)


def parse_one_line(text: str) -> Iterator[Source]:
    for line in text.splitlines():
        match = re.match(r"\s*(deb)\s+(?:\[(.*?)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)", line)
        if not match:
            continue
        fields = {
            "Types": match[1],
            "URIs": match[3],
            "Suites": match[4],
            "Components": match[5].strip(),
        }
        for option in (match[2] or "").split():
            name, _, value = option.partition("=")
            fields[_canonical(name)] = value.replace(",", " ")
        yield Source(fields)


def _canonical(name: str) -> str:
    """signed-by and SIGNED-BY are Signed-By."""
    if name.lower() == "uris":
        return "URIs"
    return "-".join(part.capitalize() for part in name.split("-"))


def _all_sources() -> Iterator[Source]:
    parts = sorted((_ETC_APT / "sources.list.d").glob("*"))
    for path in [_ETC_APT / "sources.list"] + parts:
        if path.suffix not in (".list", ".sources") or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        yield from parse_deb822(text) if path.suffix == ".sources" else parse_one_line(text)


def os_release() -> Dict[str, str]:
    path = pathlib.Path("/etc/os-release")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    return {name: value.strip("\"'") for name, value in pairs}


def own_suite() -> str:
    return os_release().get("VERSION_CODENAME", "")


def main_source() -> Source:
    """The source of the machine's own release, neither security nor updates."""
    suites = {own_suite(), "stable", "oldstable", "testing"}
    for source in _all_sources():
        if "deb" not in source.words("Types") or "main" not in source.words("Components"):
            continue
        if suites & set(source.words("Suites")):
            return source
    raise SetUpError(f"apt's sources have no main archive of Debian {own_suite()}")
