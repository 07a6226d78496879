"""What the commands of bench/ have in common."""

import argparse
import pathlib
import shutil
import sys
from typing import NoReturn, Optional

import build


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}", file=sys.stderr)
        sys.exit(2)


def check_file(parser: argparse.ArgumentParser, path: Optional[pathlib.Path]) -> None:
    if path and not path.is_file():
        parser.error(f"no such file: {path}")


def make_programs(folder: pathlib.Path, atoll: Optional[pathlib.Path], wants_atoll: bool) -> str:
    """Puts the programs and a libatoll.so into the folder; where the library is, or would be."""
    build.build(folder, with_atoll=wants_atoll and not atoll)
    library = folder / "libatoll.so"
    if atoll:
        # A copy, as of all that is measured.
        shutil.copy(atoll, library)
    return str(library)
