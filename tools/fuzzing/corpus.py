"""A fuzzer's files: NAME.inc, and maybe NAME.dict and NAME.options beside it.

Each line of NAME.inc has an input, in hexadecimal digits as a C string, and maybe a comment. A line
with a comment is kept for ever, in front: the comment says what the input broke once, or what it is.
NAME.dict is a dictionary of libFuzzer's. Each line of NAME.options is an option of libFuzzer's.
"""

import hashlib
import os
import pathlib
import re
from typing import Iterable, List, NamedTuple

_LINE = re.compile(r'"((?:[0-9a-f]{2})*)",(?:  // (.*))?')
_OPTION = re.compile(r"-[a-z_]+=\S+")


class CorpusError(Exception):
    """A file that is no corpus, or has no options."""


class Input(NamedTuple):
    data: bytes
    comment: str = ""  # what it broke once, or what it is; empty: it is worth keeping only for its branches


def read(path: pathlib.Path) -> List[Input]:
    inputs = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise CorpusError(f"{path}:{number}: no input")
        inputs.append(Input(bytes.fromhex(match.group(1)), match.group(2) or ""))
    return inputs


def options(path: pathlib.Path) -> List[str]:
    """libFuzzer's options for the corpus `path`; the last of two that contradict each other counts."""
    file = path.with_suffix(".options")
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    for number, line in enumerate(lines, 1):
        if _OPTION.fullmatch(line) is None:
            raise CorpusError(f"{file}:{number}: no option, such as -max_len=8192")
    dictionary = path.with_suffix(".dict")
    return lines + ([f"-dict={dictionary}"] if dictionary.exists() else [])


def line_of(item: Input) -> str:
    comment = "  // " + " ".join(item.comment.split()) if item.comment else ""
    return f'"{item.data.hex()}",{comment}'


def write(path: pathlib.Path, inputs: Iterable[Input]) -> None:
    """Writes each input once: those with a comment first, then the shortest."""
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
