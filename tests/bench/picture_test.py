"""The picture as drawn by a renderer without stylesheets' variables and colour schemes."""

import pathlib
import struct
import subprocess
import tempfile
import unittest
import zlib
from typing import List, Set, Tuple

import harness
import plot
from peers import ATOLL, NAMES

Pixel = Tuple[int, ...]


def _undo(kind: int, line: bytearray, above: bytes, step: int) -> None:
    """Makes a filtered line of a PNG file its pixels."""
    for i, value in enumerate(line):
        left = line[i - step] if i >= step else 0
        up = above[i]
        if kind == 1:
            line[i] = (value + left) & 255
        elif kind == 2:
            line[i] = (value + up) & 255
        elif kind == 3:
            line[i] = (value + (left + up) // 2) & 255
        elif kind == 4:
            corner = above[i - step] if i >= step else 0
            guess = left + up - corner
            nearest = min((left, up, corner), key=lambda n: abs(guess - n))
            line[i] = (value + nearest) & 255


def pixels(png: bytes) -> List[List[Pixel]]:
    """Lines of pixels of a PNG file with 8 bits for each of red, green, blue and maybe opacity."""
    place, packed, width, step = 8, b"", 0, 0
    while place < len(png):
        size, kind = struct.unpack(">I4s", png[place : place + 8])
        data = png[place + 8 : place + 8 + size]
        if kind == b"IHDR":
            width, _, depth, colours = struct.unpack(">IIBB", data[:10])
            step = {2: 3, 6: 4}[colours]
            assert depth == 8
        elif kind == b"IDAT":
            packed += data
        place += size + 12
    raw = zlib.decompress(packed)
    lines: List[List[Pixel]] = []
    above = bytes(width * step)
    for begin in range(0, len(raw), width * step + 1):
        line = bytearray(raw[begin + 1 : begin + 1 + width * step])
        _undo(raw[begin], line, above, step)
        lines.append([tuple(line[i : i + 3]) for i in range(0, len(line), step)])
        above = bytes(line)
    return lines


def _drawn(svg: str) -> List[List[Pixel]]:
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "picture"
        path.with_suffix(".svg").write_text(svg, encoding="utf-8")
        command = ["rsvg-convert", str(path.with_suffix(".svg")), "-o", str(path)]
        subprocess.run(command, check=True)
        return pixels(path.read_bytes())


def _colour(name: str) -> Pixel:
    return tuple(bytes.fromhex(plot._COLOURS[name][0][1:]))  # pylint: disable=protected-access


class Drawn(unittest.TestCase):
    def look(self, svg: str) -> None:
        lines = _drawn(svg)
        found: Set[Pixel] = {pixel for line in lines for pixel in line}
        self.assertEqual(lines[0][0], _colour("paper"))
        for name in ("band", "ink", ATOLL):
            self.assertIn(_colour(name), found, name)
        # Most of it is paper and bands.
        light = sum(pixel in (_colour("paper"), _colour("band")) for line in lines for pixel in line)
        self.assertGreater(light / (len(lines) * len(lines[0])), 0.8)

    def test_it_has_its_colours(self) -> None:
        ratios = {name: 1.0 + 0.5 * i for i, name in enumerate(NAMES)}
        self.look(plot.svg(harness.table({"pair": ratios, "other": ratios})))

    def test_so_has_the_one_in_the_documents(self) -> None:
        self.look((harness.ROOT / "docs/benchmarks.svg").read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
