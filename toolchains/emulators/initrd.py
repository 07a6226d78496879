"""Writes the files of a machine that runs one program: initrd.py PROGRAM >INITRD

A cpio archive in the "newc" format: the program, the console that it writes to, and an empty /tmp.
"""

import pathlib
import sys
from typing import Tuple

_FOLDER, _CONSOLE, _PROGRAM = 0o040755, 0o020600, 0o100755


def _padded(record: bytes) -> bytes:
    return record + b"\0" * (-len(record) % 4)


def _entry(name: str, mode: int = 0, data: bytes = b"", device: Tuple[int, int] = (0, 0)) -> bytes:
    path = name.encode() + b"\0"
    inode, owner, group, links, time, file_device, check = 0, 0, 0, 1, 0, (0, 0), 0
    fields = (inode, mode, owner, group, links, time, len(data), *file_device, *device)
    numbers = b"".join(b"%08x" % field for field in fields + (len(path), check))
    return _padded(b"070701" + numbers + path) + _padded(data)


def main() -> None:
    program = pathlib.Path(sys.argv[1]).read_bytes()
    archive = sys.stdout.buffer
    archive.write(_entry("dev", _FOLDER))
    archive.write(_entry("dev/console", _CONSOLE, device=(5, 1)))
    archive.write(_entry("tmp", _FOLDER))
    archive.write(_entry("program", _PROGRAM, program))
    archive.write(_entry("TRAILER!!!"))


main()
