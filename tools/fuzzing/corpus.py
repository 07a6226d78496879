"""Files of inputs: each line has one, in hexadecimal digits as a C string, and maybe a comment.

The lines that a fault was found with are in front, and have a comment that says which.
"""

import hashlib
import os
import pathlib
import re
from typing import Iterable, List, NamedTuple

_LINE = re.compile(r'"((?:[0-9a-f]{2})*)",(?:  // (.*))?')


class CorpusError(Exception):
    """A file that is no corpus."""


class Input(NamedTuple):
    data: bytes
    comment: str = ""  # what it broke once; empty: nothing


def read(path: pathlib.Path) -> List[Input]:
    inputs = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise CorpusError(f"{path}:{number}: no input")
        inputs.append(Input(bytes.fromhex(match.group(1)), match.group(2) or ""))
    return inputs


def line_of(item: Input) -> str:
    comment = "  // " + " ".join(item.comment.split()) if item.comment else ""
    return f'"{item.data.hex()}",{comment}'


def write(path: pathlib.Path, inputs: Iterable[Input]) -> None:
    """Writes each input once: those that broke something first, then the shortest."""
    kept = {}
    for item in sorted(inputs, key=lambda item: (not item.comment, len(item.data), item.data)):
        kept.setdefault(item.data, item)
    text = "".join(line_of(item) + "\n" for item in kept.values())
    scratch = path.with_suffix(".new")
    scratch.write_text(text, encoding="utf-8")
    os.replace(scratch, path)


def unpack(inputs: Iterable[Input], folder: pathlib.Path) -> None:
    """Writes each input as a file, as libFuzzer wants them."""
    folder.mkdir(parents=True, exist_ok=True)
    for item in inputs:
        (folder / hashlib.sha1(item.data).hexdigest()).write_bytes(item.data)


def pack(folder: pathlib.Path) -> List[Input]:
    return [Input(file.read_bytes()) for file in sorted(folder.iterdir()) if file.is_file()]
