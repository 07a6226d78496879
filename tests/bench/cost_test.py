"""The instructions of the heap on three processors are those of docs/COST.md.

They are exact for Debian 12's compilers, except that the places in memory that the system chooses have a
part in the start of threads and heaps. When a change makes a figure better, bench/cost/measure
--update-docs writes the new ones down.
"""

import pathlib
import tempfile
import unittest
from typing import Dict, List

import measure

_TOLERANCE = {"thread": 0.1, "start": 0.1}
_USUAL_TOLERANCE = 0.02
_TARGETS = ["linux_386", "linux_arm64", "linux_riscv64"]


def _on_record() -> Dict[str, List[float]]:
    rows = {}
    for line in pathlib.Path("docs/COST.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 1 + len(measure.Counts._fields):
            rows[cells[0].strip("`")] = [float(cell.replace(",", "")) for cell in cells[1:]]
    return rows


class Cost(unittest.TestCase):
    def test_every_processor_is_on_record(self) -> None:
        self.assertEqual(list(_on_record()), list(measure.processors()))

    def test_figures_are_those_on_record(self) -> None:
        record = _on_record()
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            measure.vendor(folder / "heap")
            for target in _TARGETS:
                counts = measure.measure(target, folder, folder / "heap")
                print(target, counts)
                for field, figure, recorded in zip(measure.Counts._fields, counts, record[target]):
                    allowed = recorded * _TOLERANCE.get(field, _USUAL_TOLERANCE)
                    self.assertAlmostEqual(figure, recorded, msg=f"{target}: {field}", delta=allowed)

    def test_marks_that_are_missing_are_told(self) -> None:
        with self.assertRaises(SystemExit):
            measure.counts(["marks 1 1", "loop 1 256"], [5])


if __name__ == "__main__":
    unittest.main()
