"""Writes the files of a machine that runs programs, a cpio archive in the "newc" format.

  initrd.py FIRST_PROCESS PROGRAM [ARGS...] >INITRD
  initrd.py FIRST_PROCESS LIST.commands [FILES...] >INITRD

The first form is for one program. In the second each line of LIST.commands is one command: words that
are separated by blanks, programs by their names in FILES, which lie in the root. "#" begins a comment.
What first_process.c says of commands holds. Programs and shared libraries of this machine's own
processor get the libraries that they need, in /lib.
"""

import pathlib
import subprocess
import sys
from typing import Dict, List, Tuple

_FOLDER, _CONSOLE, _FILE, _PROGRAM = 0o040755, 0o020600, 0o100644, 0o100755


def _padded(record: bytes) -> bytes:
    return record + b"\0" * (-len(record) % 4)


def _entry(name: str, mode: int = 0, data: bytes = b"", device: Tuple[int, int] = (0, 0)) -> bytes:
    path = name.encode() + b"\0"
    inode, owner, group, links, time, file_device, check = 0, 0, 0, 1, 0, (0, 0), 0
    fields = (inode, mode, owner, group, links, time, len(data), *file_device, *device)
    numbers = b"".join(b"%08x" % field for field in fields + (len(path), check))
    return _padded(b"070701" + numbers + path) + _padded(data)


def _libraries(program: pathlib.Path) -> Dict[str, pathlib.Path]:
    """The libraries that a program is linked with, and the names by which it finds them. A program
    that is static or for another processor has none."""
    listing = subprocess.run(["ldd", program], check=False, capture_output=True, text=True)
    if listing.returncode != 0:
        return {}
    found: Dict[str, pathlib.Path] = {}
    for words in (line.split() for line in listing.stdout.splitlines()):
        if len(words) > 2 and words[1] == "=>" and words[2].startswith("/"):
            found["lib/" + words[0].rsplit("/", 1)[-1]] = pathlib.Path(words[2])
        elif words and words[0].startswith("/"):
            # The dynamic loader, which programs name with its folder.
            found[words[0].lstrip("/")] = pathlib.Path(words[0])
    return found


def _commands(listing: str) -> List[List[str]]:
    lines = (line.split("#")[0].split() for line in listing.splitlines())
    return [words for words in lines if words]


def _encoded(mode: str, commands: List[List[str]]) -> bytes:
    strings = [mode]
    for command in commands:
        strings += command + [""]
    return b"".join(string.encode() + b"\0" for string in strings)


def _contents(program: str, arguments: List[str]) -> Tuple[bytes, Dict[str, pathlib.Path]]:
    """The text of /commands, and the programs by their places in the machine."""
    path = pathlib.Path(program)
    if path.suffix == ".commands":
        files = {argument.rsplit("/", 1)[-1]: pathlib.Path(argument) for argument in arguments}
        return _encoded("each", _commands(path.read_text(encoding="utf-8"))), files
    return _encoded("one", [["/program", *arguments]]), {"program": path}


def main() -> None:
    first_process, program, *arguments = sys.argv[1:]
    commands, files = _contents(program, arguments)
    for path in list(files.values()):
        files.update(_libraries(path))
    files["init"] = pathlib.Path(first_process)

    archive = sys.stdout.buffer
    folders = {str(folder) for name in files for folder in pathlib.PurePath(name).parents}
    for folder in sorted(folders | {"dev", "proc", "sys", "tmp"} - {"."}):
        archive.write(_entry(folder, _FOLDER))
    archive.write(_entry("dev/console", _CONSOLE, device=(5, 1)))
    archive.write(_entry("commands", _FILE, commands))
    for name, path in files.items():
        archive.write(_entry(name, _PROGRAM, path.read_bytes()))
    archive.write(_entry("TRAILER!!!"))


main()
