"""The folder that tools/vendor writes. It holds the tool's own files and nothing else."""

import hashlib
import os
import pathlib
from typing import Dict, Iterator, List

# Every file of the folder, with its checksum: what `sha256sum -c` reads.
SUMS = "SHA256SUMS"


class FolderError(Exception):
    """The folder cannot be written; the text says why."""


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _files_in(folder: pathlib.Path) -> Iterator[str]:
    """The paths of all files and links in the folder, and of empty folders."""
    for here, folders, files in os.walk(folder):
        links = [name for name in folders if os.path.islink(os.path.join(here, name))]
        empty = [""] if not folders and not files and here != str(folder) else []
        for name in sorted(files) + links + empty:
            yield os.path.relpath(os.path.join(here, name), folder)


def _read_sums(folder: pathlib.Path) -> Dict[str, str]:
    """The files that an earlier run wrote."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    pairs = [line.split("  ", 1) for line in lines]
    return {pair[1]: pair[0] for pair in pairs if len(pair) == 2}


def _check(folder: pathlib.Path) -> List[str]:
    """The files that an earlier run wrote; FolderError if there is anything else."""
    if not folder.exists() and not folder.is_symlink():
        return []
    if not folder.is_dir():
        raise FolderError(f"{folder} is no folder")
    sums = _read_sums(folder)
    names = []
    for name in _files_in(folder):
        if name == SUMS and sums:
            continue
        names.append(name)
        if name not in sums:
            raise FolderError(f"{folder} has a file that is not tools/vendor's: {name}")
        if _digest((folder / name).read_bytes()) != sums[name]:
            raise FolderError(f"{folder / name} has been changed since tools/vendor wrote it")
    return names


def write(folder: pathlib.Path, files: Dict[str, str]) -> None:
    """Writes files by their names. Replaces what an earlier run wrote, if nobody changed it."""
    old = _check(folder)
    files = dict(files)
    sums = {name: _digest(text.encode()) for name, text in files.items()}
    files[SUMS] = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))
    for name in old:
        if name not in files:
            (folder / name).unlink()
            _remove_empty((folder / name).parent, folder)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def _remove_empty(inner: pathlib.Path, folder: pathlib.Path) -> None:
    while inner != folder and not any(inner.iterdir()):
        inner.rmdir()
        inner = inner.parent
