"""tools/witnesses: what it makes of an observation, and that the table has the programs that are pinned."""

import base64
import hashlib
import pathlib
import re
import tempfile
import unittest
from typing import List

import main

_TABLE = pathlib.Path("docs/WITNESSES.md").read_text(encoding="utf-8")
_PROGRAM = main.Program("linux_arm64", "@esbuild/linux-arm64", "0.20.2", "sha512-x")


def _rows() -> List[List[str]]:
    lines = [line for line in _TABLE.splitlines() if re.match(r"\| @?esbuild", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


class Table(unittest.TestCase):
    def test_has_each_pinned_program_and_no_other(self) -> None:
        pinned = [[p.package, p.version, p.target.replace("_", "/")] for p in main.read_programs()]
        self.assertEqual([[row[0], row[1], row[3]] for row in _rows()], pinned)
        self.assertGreaterEqual(len(pinned), 150)

    def test_every_program_agrees(self) -> None:
        self.assertEqual({row[-1] for row in _rows()}, {"agrees"})

    def test_every_port_has_seven_releases(self) -> None:
        found = {}
        for row in _rows():
            found.setdefault(row[3], set()).add(".".join(row[2].split(".")[:2]))
        self.assertEqual(len(found), 9)
        self.assertGreaterEqual(len(found["linux/amd64"]), 12)
        for port, releases in found.items():
            if port != "linux/loong64":  # Go has this port only since 1.19
                self.assertGreaterEqual(len(releases), 7, port)


class Observation(unittest.TestCase):
    def test_that_agrees(self) -> None:
        check = {"name": "hints", "ok": True, "detail": "hint 0 was honoured"}
        observed = {"version": "go1.20.12", "ok": True, "checks": [check], "firstArena": "0x4000000000"}
        row = main.row_of(_PROGRAM, {**observed, "hintIndex": 0, "hintsTried": 1})
        self.assertEqual(row[1:], ("1.20.12", "QEMU user", "0x4000000000", "1: the first", "1", "agrees"))

    def test_that_does_not_agree_says_why(self) -> None:
        check = {"name": "arena map", "ok": False, "detail": "16 MiB instead of 32"}
        row = main.row_of(_PROGRAM, {"version": "go1.20", "ok": False, "checks": [check]})
        self.assertEqual(row.verdict, "arena map: 16 MiB instead of 32")

    def test_that_could_not_be_made(self) -> None:
        row = main.row_of(_PROGRAM, {"ok": False, "problem": "atoll: no such file"})
        self.assertEqual((row.release, row.verdict), ("?", "atoll: no such file"))


class Package(unittest.TestCase):
    def test_with_the_right_checksum_is_not_fetched_again(self) -> None:
        checksum = "sha512-" + base64.b64encode(hashlib.sha512(b"text").digest()).decode()
        with tempfile.TemporaryDirectory() as name:
            archive = pathlib.Path(name) / "esbuild-linux-arm64-0.20.2.tgz"
            archive.write_bytes(b"text")
            program = _PROGRAM._replace(integrity=checksum)
            self.assertEqual(main.fetch(program, pathlib.Path(name)), archive)


if __name__ == "__main__":
    unittest.main()
