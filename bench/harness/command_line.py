"""The parts that the commands of bench/ share."""

import argparse
import pathlib
import shutil
import sys
from typing import NoReturn, Optional, Tuple

import build


class Parser(argparse.ArgumentParser):
    """Reports an error in one line."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}", file=sys.stderr)
        sys.exit(2)


def check_file(parser: argparse.ArgumentParser, path: Optional[pathlib.Path]) -> None:
    if path and not path.is_file():
        parser.error(f"no such file: {path}")


def find_programs(
    temporary: pathlib.Path,
    programs: Optional[pathlib.Path],
    atoll: Optional[pathlib.Path],
    wants_atoll: bool,
) -> Tuple[pathlib.Path, str]:
    """The paths of the programs and of libatoll.so; builds those that the user did not give."""
    library = temporary / "libatoll.so"
    if atoll:
        # A copy, which no build changes under way.
        shutil.copy(atoll, library)
    if programs:
        return programs.resolve(), str(library)
    build.build(temporary, with_atoll=wants_atoll and not atoll)
    return temporary, str(library)
