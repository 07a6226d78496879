"""The commands as programs, and every workload of a tiny size under the C library's malloc."""

import os
import pathlib
import subprocess
import tempfile
import time
import unittest
from typing import List

import harness
import samples
from measuring import Runner
from peers import Allocator
from rows import all_rows, PROGRAMS, Row, SINGLE

FOLDER = harness.ROOT / "bench/workloads"
GLIBC = Allocator("glibc", "", "libc6")


def _run(command: str, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [str(harness.ROOT / "bench" / command), *arguments],
        check=False,
        capture_output=True,
        text=True,
    )


def _measured(*program: str) -> "tuple[str, List[str]]":
    """What a program said, and what measure told of it."""
    read_end, write_end = os.pipe()
    said = subprocess.run(
        [str(FOLDER / "measure"), str(write_end), "1", "", *program],
        check=True,
        capture_output=True,
        text=True,
        pass_fds=[write_end],
    ).stdout
    os.close(write_end)
    with os.fdopen(read_end) as result:
        return said, result.read().split()


class Measure(unittest.TestCase):
    def test_peak_is_what_a_program_says_of_itself(self) -> None:
        said, told = _measured("/bin/cat", "/proc/self/smaps_rollup")
        resident = next(line.split()[1] for line in said.splitlines() if line.startswith("Rss:"))
        beyond = int(told[3]) // 1024 - int(resident)
        # Before its end the program gives a buffer back; and what it touches there is mapped with its
        # neighbours, 64 KiB at a time.
        self.assertGreaterEqual(beyond, -32)
        self.assertLessEqual(beyond, 160)

    def test_status_is_that_of_the_program(self) -> None:
        for script, status in [("exit 0", "0"), ("exit 3", "3"), ("kill -SEGV $$", "139")]:
            with self.subTest(script=script):
                self.assertEqual(_measured("/bin/sh", "-c", script)[1][4], status)

    def test_signals_reach_the_program(self) -> None:
        said, told = _measured("/bin/sh", "-c", "trap 'echo caught; exit 5' TERM; kill -TERM $$; sleep 9")
        self.assertEqual((said, told[4]), ("caught\n", "5"))


class BadInput(unittest.TestCase):
    def refused(self, *command: str) -> str:
        done = _run(*command)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertTrue(done.stderr.startswith(f"bench/{command[0]}: "), done.stderr)
        return done.stderr

    def test_is_refused_in_one_line(self) -> None:
        for command in [
            ["compare", "--rounds", "0"],
            ["compare", "--rounds", "many"],
            ["compare", "--allocators", "hoard"],
            ["compare", "--only"],
            ["compare", "--nonsense"],
            ["compare", "pair-16"],
            ["compare", "--atoll", "/nowhere/libatoll.so"],
            ["compare", "--from", "/nowhere/all.csv"],
            ["compare", "--from", __file__],
            ["compare", "--programs", "/nowhere"],
            ["compare", "--csv", "/nowhere/all.csv"],
            ["compare", "--svg", "/nowhere/all.svg"],
            ["soak", "--minutes", "0"],
            ["soak", "--minutes", "nan"],
            ["soak", "--bound", "-1"],
            ["soak", "--allocator", "hoard"],
            ["soak", "--atoll", "/nowhere/libatoll.so"],
        ]:
            with self.subTest(command=command):
                self.refused(*command)

    def test_an_unknown_workload_is_named(self) -> None:
        said = self.refused("compare", "--programs", str(FOLDER), "--only", "pair-16", "pair-17")
        self.assertIn("pair-17", said)
        self.assertNotIn("pair-16,", said)


class Compare(unittest.TestCase):
    def test_a_comparison_can_be_read_again(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            csv = str(pathlib.Path(folder) / "all.csv")
            svg = str(pathlib.Path(folder) / "all.svg")
            some = ["--only", "pair-16", "start", "--allocators", "glibc", "--rounds", "2"]
            built = ["--programs", str(FOLDER), "--quick"]
            first = _run("compare", *built, *some, "--csv", csv)
            self.assertEqual((first.returncode, first.stderr), (0, ""))
            self.assertIn("one thread: peak memory", first.stdout)
            again = _run("compare", "--from", csv, "--svg", svg)
            self.assertEqual(again.stdout, first.stdout)
            found = samples.read_csv(pathlib.Path(csv))
            self.assertEqual([s.round for s in found], [1, 1, 2, 2])
            self.assertTrue(all(s.seconds > 0 and s.peak_bytes > 100_000 for s in found))

    def test_what_is_not_here_is_not_run(self) -> None:
        done = _run(
            "compare", "--programs", str(FOLDER), "--quick", "--only", "pair-16", "--allocators", "atoll"
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("atoll: every row: not run: no libatoll.so", done.stdout)


class Running(unittest.TestCase):
    def run_row(self, command: List[str], allocator: Allocator = GLIBC, **more) -> samples.Sample:
        row = Row("row", PROGRAMS, command, "", **more)
        return Runner(FOLDER, 1).run(row, allocator, 1)

    def test_every_workload_runs(self) -> None:
        for row in all_rows(FOLDER):
            if row.group == PROGRAMS:
                continue
            with self.subTest(row=row.name):
                found = Runner(FOLDER, 0.001).run(row, GLIBC, 1)
                self.assertEqual(found.problem, "")
                self.assertGreater(found.seconds, 0)

    def test_every_program_that_is_here_runs(self) -> None:
        for row in all_rows(FOLDER):
            if row.group != PROGRAMS:
                continue
            with self.subTest(row=row.name):
                if row.why_not():
                    self.skipTest(f"not here: {row.why_not()}")
                found = Runner(FOLDER, 1).run(row, GLIBC, 1)
                self.assertEqual(found.problem, "")
                self.assertGreater(found.peak_bytes, 1_000_000)

    def test_a_result_is_what_its_file_says(self) -> None:
        rows = [row for row in all_rows(FOLDER) if row.name in ("pair-16", "start")]
        found = [Runner(FOLDER, 0.01).run(row, GLIBC, 1) for row in rows]
        with tempfile.NamedTemporaryFile() as file:
            samples.write_csv(pathlib.Path(file.name), found)
            self.assertEqual(samples.read_csv(pathlib.Path(file.name)), found)

    def test_failures_are_told_apart(self) -> None:
        shell = "/bin/sh"
        self.assertEqual(self.run_row([shell, "-c", "exit 3"]).problem, "failed: exit 3")
        killed = self.run_row([shell, "-c", "kill -SEGV $$"]).problem
        self.assertEqual(killed, "failed: signal 11")
        self.assertEqual(self.run_row(["/nowhere"], package="p").problem, "not run: package p")

    def test_what_does_not_end_is_ended_with_all_that_it_started(self) -> None:
        command = ["/bin/sh", "-c", "sleep 60 & echo $! >$0; wait"]
        with tempfile.NamedTemporaryFile("r") as file:
            row = Row("row", PROGRAMS, [*command, file.name], "")
            found = Runner(FOLDER, 1, timeout=0.5).run(row, GLIBC, 1)
            self.assertEqual(found.problem, "failed: no end after 0.5 seconds")
            self.assertFalse(self._runs(int(file.read())))

    def _runs(self, process: int) -> bool:
        """A moment later: what was killed may still be waiting for its parent."""
        for _ in range(100):
            try:
                with open(f"/proc/{process}/stat", encoding="ascii") as stat:
                    if stat.read().rsplit(")", 1)[1].split()[0] == "Z":
                        return False
            except (FileNotFoundError, ProcessLookupError):
                return False  # gone before it was opened, or before it was read
            time.sleep(0.05)
        return True

    def test_a_library_that_cannot_be_loaded_is_no_result(self) -> None:
        found = self.run_row(["/bin/true"], Allocator("other", __file__, ""))
        self.assertTrue(found.problem.startswith("failed: "), found.problem)

    def test_what_is_set_here_does_not_count(self) -> None:
        os.environ["MALLOC_ARENA_MAX"] = "1"
        self.addCleanup(os.environ.pop, "MALLOC_ARENA_MAX")
        found = self.run_row(["/bin/sh", "-c", "test -z $MALLOC_ARENA_MAX"])
        self.assertEqual(found.problem, "")

    def test_the_seconds_of_repetitions_add_up(self) -> None:
        row = Row("row", SINGLE, ["/bin/sh", "-c", "echo seconds 2; echo resident 7"], "", repeat=3)
        found = Runner(FOLDER, 1).run(row, GLIBC, 1)
        self.assertEqual((found.seconds, found.more), (6, {"resident": 7}))

    def test_what_other_programs_print_is_no_result(self) -> None:
        found = self.run_row(["/bin/sh", "-c", "echo seconds 2000; echo Change 7"])
        self.assertLess(found.seconds, 1000)
        self.assertEqual(found.more, {})

    def test_the_version_is_part_of_a_result(self) -> None:
        self.assertEqual(self.run_row(["/bin/true"]).version, GLIBC.version())

    def test_a_program_is_run_as_often_as_asked(self) -> None:
        with tempfile.NamedTemporaryFile("r") as file:
            self.run_row(["/bin/sh", "-c", f"echo again >>{file.name}"], repeat=5)
            self.assertEqual(file.read(), "again\n" * 5)

    def test_the_peak_is_the_programs_own(self) -> None:
        # Not that of the script that starts it, which is far larger.
        self.assertLess(self.run_row([str(FOLDER / "trivial")]).peak_bytes, 4 << 20)


class Driver(unittest.TestCase):
    def test_bad_input_is_refused_in_one_line(self) -> None:
        for arguments in [[], ["pair-17"], ["pair-16", "0"], ["pair-16", "x"], ["pair-16", "1", "2"]]:
            done = subprocess.run(
                [str(FOLDER / "workloads"), *arguments], check=False, capture_output=True, text=True
            )
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_the_soak_ends_in_time(self) -> None:
        done = subprocess.run(
            [str(FOLDER / "soak"), "0.5"], check=True, capture_output=True, text=True, timeout=30
        )
        self.assertGreater(int(done.stdout.split()[1]), 0)


if __name__ == "__main__":
    unittest.main()
