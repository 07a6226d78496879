"""tools/fuzz: its arguments, its files of inputs, and what it reads of libFuzzer's output."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

_ROOT = pathlib.Path(os.getcwd())
sys.path.insert(0, str(_ROOT / "tools/fuzzing"))

import corpus
import runner
from corpus import Input


def _run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(_ROOT / "tools/fuzz"), *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


class Arguments(unittest.TestCase):
    def test_bad_ones_are_refused_in_one_line(self) -> None:
        for arguments in [
            [],
            ["nix"],
            ["fixed_heap", "heap"],
            ["fixed_heap", "--minutes", "x"],
            ["fixed_heap", "--minutes", "0"],
            ["fixed_heap", "--minutes", "nan"],
            ["fixed_heap", "--minutes", "1e9"],
            ["fixed_heap", "--minute", "1"],
            ["../fixed_heap"],
        ]:
            done = _run(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertRegex(done.stderr, r"\Atools/fuzz: [^\n]+\n\Z")
            self.assertEqual(done.stdout, "")

    def test_help_and_list(self) -> None:
        self.assertIn("exit codes", _run("--help").stdout)
        names = _run("--list").stdout.split()
        self.assertEqual(names, sorted(names))
        self.assertIn("fixed_heap", names)

    def test_without_bazel_nothing_can_be_built(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for tool in ["bash", "dirname", "python3"]:
                os.symlink(f"/usr/bin/{tool}", f"{folder}/{tool}")
            done = _run("fixed_heap", PATH=folder)
        self.assertEqual(done.returncode, 3, done.stderr)


class Corpus(unittest.TestCase):
    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def test_every_file_of_the_tree_is_one(self) -> None:
        files = list(_ROOT.glob("tests/fuzz/corpus/*.inc"))
        self.assertGreaterEqual(len(files), 4)
        for file in files:
            inputs = corpus.read(file)
            self.assertTrue(inputs)
            corpus.write(self.folder / file.name, inputs)
            self.assertEqual((self.folder / file.name).read_text(), file.read_text(), file)

    def test_keeps_lines_with_a_comment_in_front(self) -> None:
        file = self.folder / "some.inc"
        corpus.write(file, [Input(b"cc"), Input(b"a"), Input(b"zzz", "a\nfault"), Input(b"a")])
        self.assertEqual(file.read_text(), '"7a7a7a",  // a fault\n"61",\n"6363",\n')
        self.assertEqual(corpus.read(file)[0], Input(b"zzz", "a fault"))

    def test_goes_to_files_and_back(self) -> None:
        inputs = [Input(b""), Input(b"\x00\xff"), Input(b"abc")]
        corpus.unpack(inputs, self.folder / "files")
        self.assertEqual(sorted(corpus.pack(self.folder / "files")), inputs)

    def test_other_lines_are_refused(self) -> None:
        file = self.folder / "some.inc"
        for text in ['"0",\n', '"00"\n', "00,\n", '"0G",\n', '"00", "01",\n']:
            file.write_text(text)
            with self.assertRaises(corpus.CorpusError):
                corpus.read(file)

    def test_options_are_in_files_beside_it(self) -> None:
        file = self.folder / "some.inc"
        self.assertEqual(corpus.options(file), [])
        file.with_suffix(".options").write_text("-max_len=9\n-timeout=1\n")
        self.assertEqual(corpus.options(file), ["-max_len=9", "-timeout=1"])
        file.with_suffix(".dict").touch()
        self.assertEqual(corpus.options(file), ["-max_len=9", "-timeout=1", f"-dict={self.folder}/some.dict"])

    def test_every_file_of_the_tree_has_good_options(self) -> None:
        for file in _ROOT.glob("tests/fuzz/corpus/*.inc"):
            corpus.options(file)
        # One of its readers that asks for more memory than a file has is a fault.
        self.assertIn("-malloc_limit_mb=64", corpus.options(_ROOT / "tests/fuzz/corpus/identify.inc"))

    def test_other_options_are_refused(self) -> None:
        file = self.folder / "some.inc"
        for text in ["max_len=9\n", "-max_len\n", "-max_len=9 -timeout=1\n", "\n"]:
            file.with_suffix(".options").write_text(text)
            with self.assertRaises(corpus.CorpusError):
                corpus.options(file)


_FUZZER = """#!/bin/sh
echo '#12	INITED cov: 3 ft: 4 corp: 1/1b exec/s: 0 rss: 30Mb' >&2
echo '#99	NEW    cov: 5 ft: 8 corp: 2/3b lim: 9 exec/s: 9 rss: 30Mb L: 1/2 MS: 1 X-' >&2
"""


class Runner(unittest.TestCase):
    def _fuzz(self, end: str) -> runner.Result:
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder) / "fuzzer"
            program.write_text(_FUZZER + end)
            program.chmod(0o755)
            (pathlib.Path(folder) / "corpus").mkdir()
            return runner.fuzz(program, pathlib.Path(folder) / "corpus", 1, [])

    def test_own_options_come_last_wherever_it_runs(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            program = folder / "fuzzer"
            program.write_text(f'#!/bin/sh\necho "$@" >>{name}/calls\n')
            program.chmod(0o755)
            for inputs in ["corpus", "found"]:
                (folder / inputs).mkdir()
            found = folder / "found/crash-1"
            found.touch()
            runner.fuzz(program, folder / "corpus", 1, ["-max_len=9"])
            runner.minimise(program, found, ["-max_len=9"])
            runner.merge(program, folder / "corpus", folder / "merged", ["-max_len=9"])
            calls = (folder / "calls").read_text().splitlines()
        self.assertEqual(len(calls), 3)
        for call in calls:
            lengths = [word for word in call.split() if word.startswith("-max_len=")]
            self.assertEqual(lengths[-1:], ["-max_len=9"], call)

    def test_counts(self) -> None:
        result = self._fuzz("echo 'Done 120 runs in 2 second(s)'\n")
        self.assertEqual(result, runner.Result(120, 5, 8, 2))

    def test_tells_what_broke_first(self) -> None:
        result = self._fuzz(
            "echo 'atoll: overlap'\necho '==7== ERROR: libFuzzer: deadly signal'\n"
            "echo \"artifact_prefix='x/'; Test unit written to x/crash-1\"\nexit 77\n"
        )
        self.assertEqual(result.failure, "overlap")
        self.assertEqual(result.found, pathlib.Path("x/crash-1"))

    def test_tells_that_a_sanitizer_stopped_it(self) -> None:
        result = self._fuzz("echo 'a.cc:1:2: runtime error: shift exponent 64'\nexit 77\n")
        self.assertEqual(result.failure, "shift exponent 64")

    def test_an_end_without_a_word_is_a_failure(self) -> None:
        self.assertIn("ended with 9", self._fuzz("exit 9\n").failure)


if __name__ == "__main__":
    unittest.main()
