"""The forms of results: the file, the tables, the picture, the document."""

import pathlib
import tempfile
import unittest
import xml.etree.ElementTree

import compare
import harness
import plot
import record
import samples
import table
from samples import Sample


def _some() -> list:
    return (
        harness.rounds("pair <16>", "atoll", [0.1, 0.2], [1 << 20, 2 << 20])
        + harness.rounds("pair <16>", "glibc", [0.2, 0.2])
        + harness.rounds("far", "atoll", [5, 5])
        + harness.rounds("far", "glibc", [0.1, 0.1])
        + harness.rounds("near", "atoll", [0.01, 0.01])
        + harness.rounds("near", "glibc", [0.1, 0.1])
        + [Sample(1, "gcc", "real programs", "atoll", problem="not run: package g++")]
        + harness.rounds("gcc", "glibc", [1], group="real programs")
    )


class Csv(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name) / "results.csv"

    def test_what_is_written_is_read(self) -> None:
        more = {"resident_full": 1 << 30, "resident_freed": 7}
        other = Sample(3, "f,g", "two threads", "glibc", 1.5, 0.25, 0.5, 4096, more, version="2.36 (x)")
        written = _some() + [other]
        samples.write_csv(self.path, written)
        self.assertEqual(samples.read_csv(self.path), written)

    def test_a_file_without_versions_is_read(self) -> None:
        samples.write_csv(self.path, _some())
        lines = self.path.read_text(encoding="utf-8").splitlines()
        older = "\n".join(line.rpartition(",")[0] for line in lines) + "\n"
        self.path.write_text(older, encoding="utf-8")
        self.assertEqual(samples.read_csv(self.path), _some())

    def test_another_file_is_refused(self) -> None:
        for text in ["", "a,b\n1,2\n", self._damaged()]:
            self.path.write_text(text, encoding="utf-8")
            with self.assertRaises(samples.FormatError, msg=text):
                samples.read_csv(self.path)

    def _damaged(self) -> str:
        samples.write_csv(self.path, _some())
        return self.path.read_text(encoding="utf-8").replace("0.200000", "much")


class Tables(unittest.TestCase):
    def test_a_row_says_who_is_best_and_by_how_much(self) -> None:
        text = table.report(_some(), table.as_text, "== ")
        self.assertRegex(text, r"pair <16> +150\.0 +glibc +0\.75 +0\.62-0\.88 +200\.0\n")

    def test_a_row_without_atoll_has_its_peers(self) -> None:
        text = table.report(harness.rounds("w", "glibc", [0.1]), table.as_text, "== ")
        self.assertRegex(text, r"workload +best peer +atoll/best +quartiles +glibc\n")
        self.assertRegex(text, r"w +glibc +- +- +100\.0\n")

    def test_the_head_has_the_versions(self) -> None:
        found = [
            Sample(1, "w", "one thread", "mimalloc3", 1, version="3.6.0 (sid)"),
            Sample(1, "w", "one thread", "atoll", 1),
            Sample(1, "w", "one thread", "glibc", 1, version="2.36"),
        ]
        said = "Debian's packages: glibc 2.36, mimalloc3 3.6.0 (sid)"
        self.assertEqual(table.versions_line(found), said)
        self.assertIn(said, record.with_results(f"{record.BEGIN}\n{record.END}", found))

    def test_groups_and_measures_stay_apart(self) -> None:
        text = table.report(_some(), table.as_text, "== ")
        for heading in ["one thread: time in ms", "real programs: peak memory in MiB"]:
            self.assertIn(f"== {heading}\n", text)
        self.assertIn("rows above 1.25 of their best peer: far 50.00", text)

    def test_what_was_not_run_is_said_with_its_package(self) -> None:
        text = table.report(_some(), table.as_text, "== ")
        self.assertRegex(text, r"gcc +not run +glibc +- +- +1000\.0")
        self.assertIn("atoll: gcc: not run: package g++", text)

    def test_markdown_has_as_many_cells_in_each_line(self) -> None:
        lines = table.as_markdown([["a", "b"], ["c", "d"]]).splitlines()
        self.assertEqual(lines, ["| a | b |", "| --- | ---: |", "| c | d |"])


class Picture(unittest.TestCase):
    SVG = "{http://www.w3.org/2000/svg}"

    def root(self, what=None) -> xml.etree.ElementTree.Element:
        return xml.etree.ElementTree.fromstring(plot.svg(what or _some()))

    def test_it_is_well_formed_and_names_every_row(self) -> None:
        texts = [text.text for text in self.root().iter(self.SVG + "text")]
        for name in ["one thread", "pair <16>", "far", "near", "real programs", "gcc"]:
            self.assertIn(name, texts)

    def test_ratios_beyond_the_axis_have_their_number(self) -> None:
        texts = [text.text for text in self.root().iter(self.SVG + "text")]
        self.assertIn("50", texts)
        self.assertIn("0.1", texts)

    def test_many_ratios_beyond_the_axis_are_told_by_their_ends(self) -> None:
        far = {"glibc": 1.0, "mimalloc": 9.25, "jemalloc": 300, "tcmalloc": 5000.4}
        texts = [text.text for text in self.root(harness.table({"w": far})).iter(self.SVG + "text")]
        self.assertIn("9.2-5000", texts)

    def test_marks_stay_inside_their_panel(self) -> None:
        root = self.root()
        ends = {"0.25": [], "8": []}
        for text in root.iter(self.SVG + "text"):
            if text.text in ends:
                ends[text.text].append(float(text.get("x", "")))
        panels = list(zip(ends["0.25"], ends["8"]))
        self.assertEqual(len(panels), 2)
        for group in root.iter(self.SVG + "g"):
            x = float(group.get("transform", "").split("(")[1].split()[0])
            self.assertTrue(any(left <= x <= right for left, right in panels), x)

    def test_there_are_colours_for_light_and_dark(self) -> None:
        style = self.root().find(self.SVG + "style")
        self.assertIn("prefers-color-scheme: dark", style.text)

    def test_peers_alone_can_be_drawn(self) -> None:
        self.root(harness.table({"w": {"glibc": 1.0}}))


class ExitCode(unittest.TestCase):
    def failed(self, **problems: str) -> bool:
        found = [Sample(1, "w", "g", name, 1, problem=problem) for name, problem in problems.items()]
        return compare.failed(found)

    def test_a_peer_that_fails_is_a_result(self) -> None:
        self.assertFalse(self.failed(atoll="", glibc="", mimalloc="failed: exit 1"))

    def test_atoll_must_not_fail(self) -> None:
        self.assertTrue(self.failed(atoll="failed: exit 1", glibc=""))

    def test_somebody_must_not_fail(self) -> None:
        self.assertTrue(self.failed(glibc="failed: exit 1"))
        self.assertTrue(self.failed(atoll="not run: no libatoll.so", glibc="failed: exit 1"))

    def test_what_is_not_here_does_not_fail(self) -> None:
        self.assertFalse(self.failed(atoll="not run: no libatoll.so", glibc="not run: package x"))


class Document(unittest.TestCase):
    def test_only_what_lies_between_the_comments_is_replaced(self) -> None:
        document = f"before\n{record.BEGIN}\nold\n{record.END}\nafter\n"
        new = record.with_results(document, _some())
        self.assertTrue(new.startswith(f"before\n{record.BEGIN}\n\n2 rounds"))
        self.assertTrue(new.endswith(f"{record.END}\nafter\n"))
        self.assertNotIn("old", new)
        self.assertIn("| pair <16> |", new)
        self.assertEqual(record.with_results(new, _some()), new)

    def test_a_document_without_a_place_is_refused(self) -> None:
        with self.assertRaises(record.RecordError):
            record.with_results("before\nafter\n", _some())

    def test_the_real_document_has_the_place(self) -> None:
        document = (harness.ROOT / "docs/BENCHMARKS.md").read_text(encoding="utf-8")
        record.with_results(document, _some())


if __name__ == "__main__":
    unittest.main()
