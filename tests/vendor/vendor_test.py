"""tools/vendor as a command: what it writes, what it leaves alone, what it says about bad input."""

import hashlib
import pathlib
import re
import subprocess
import tempfile
import unittest
from typing import List

_TOOL = pathlib.Path("tools/vendor").absolute()


class VendorTest(unittest.TestCase):
    def setUp(self) -> None:
        # pylint: disable-next=consider-using-with
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.there = pathlib.Path(folder.name)
        self.out = self.there / "third_party/atoll"

    def run_tool(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command: List[str] = [str(_TOOL), *arguments]
        return subprocess.run(command, check=False, capture_output=True, text=True, cwd=self.there)

    def write(self, *arguments: str) -> None:
        done = self.run_tool(str(self.out), *(arguments or ("--heap", "fixed")))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def names(self) -> List[str]:
        found = (path for path in self.out.rglob("*") if path.is_file())
        return sorted(str(path.relative_to(self.out)) for path in found)

    def assert_refuses(self, what: str, *arguments: str) -> None:
        done = self.run_tool(*arguments)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertRegex(done.stderr, r"\Atools/vendor: [^\n]+\n\Z")
        self.assertIn(what, done.stderr)


class Output(VendorTest):
    def test_has_a_licence_the_version_and_checksums(self) -> None:
        self.write()
        version = re.search(r'version = "(.*?)"', pathlib.Path("MODULE.bazel").read_text("utf-8"))
        assert version
        for name in ("atoll_fixed.h", "atoll_fixed.hpp", "atoll_fixed.cc"):
            text = (self.out / name).read_text("utf-8")
            self.assertIn(f"Atoll {version.group(1)}", text)
            self.assertIn("Permission is hereby granted", text)
            self.assertRegex(text, r"\b[0-9a-f]{64}\b")
        for line in (self.out / "SHA256SUMS").read_text("utf-8").splitlines():
            digest, name = line.split("  ")
            self.assertEqual(hashlib.sha256((self.out / name).read_bytes()).hexdigest(), digest)
        self.assertIn("LICENSE", self.names())

    def test_lists_its_sources_in_the_order_in_which_they_are(self) -> None:
        self.write()
        text = (self.out / "atoll_fixed.hpp").read_text("utf-8")
        contents = re.findall(r"^//   (src/fixed/\S+)", text, re.MULTILINE)
        self.assertEqual(contents, re.findall(r"^// ---- (\S+) -+$", text, re.MULTILINE))
        headers = {f"src/fixed/{path.name}" for path in pathlib.Path("src/fixed").glob("*.h")}
        self.assertEqual(set(contents), headers - {"src/fixed/atoll_fixed.h"})

    def test_keeps_every_line_of_the_sources_but_their_includes(self) -> None:
        self.write()
        lines = set((self.out / "atoll_fixed.hpp").read_text("utf-8").splitlines())
        for path in pathlib.Path("src/fixed").glob("*.h"):
            if path.name == "atoll_fixed.h":
                continue
            wanted = path.read_text("utf-8").splitlines()
            missing = [line for line in wanted if line not in lines and "#include" not in line]
            self.assertEqual(missing, [])

    def test_of_the_core_is_in_the_order_of_layers(self) -> None:
        self.write("--heap", "malloc")
        headings = {}
        for name in ("atoll.hpp", "atoll.cc"):
            text = (self.out / name).read_text("utf-8")
            headings[name] = re.findall(r"^// ---- (\S+) -+$", text, re.MULTILINE)
            contents = re.findall(r"^//   ((?:os|src)/\S+)", text, re.MULTILINE)
            self.assertEqual(contents, headings[name])
        folders = [path.rsplit("/", 1)[0] for path in headings["atoll.hpp"]]
        self.assertEqual(
            list(dict.fromkeys(folders)),
            ["os/base", "os", "src/port", "src", "src/base", "src/pages", "src/objects"]
            + ["src/stacks", "src/heap", "src/malloc"],
        )

    def test_of_the_core_keeps_every_line_of_the_sources_but_their_includes(self) -> None:
        self.write("--heap", "arena", "--backend", "all")
        text = "".join((self.out / f"atoll.{kind}").read_text("utf-8") for kind in ("hpp", "cc"))
        lines = set(text.splitlines())
        headings = re.findall(r"^// ---- (\S+) -+$", text, re.MULTILINE)
        self.assertEqual(len(headings), len(set(headings)))
        self.assertGreater(len(headings), 150)
        for path in headings:
            for line in pathlib.Path(path).read_text("utf-8").splitlines():
                if "#include" not in line and line != "#pragma once":
                    self.assertIn(line, lines)

    def test_needs_no_other_file(self) -> None:
        for heap in ("fixed", "arena", "malloc"):
            for form in ((), ("--single-file",)):
                self.write("--heap", heap, *form)
                for path in self.out.glob("atoll*"):
                    for name in re.findall(r'#include "(.*)"', path.read_text("utf-8")):
                        self.assertIn(name, self.names())

    def test_has_only_the_backends_that_are_named(self) -> None:
        self.write("--heap", "arena", "--backend", "windows", "--backend", "wasm")
        text = (self.out / "atoll.cc").read_text("utf-8")
        found = re.findall(r"^// ---- os/(\w+)/\w+\.cc ", text, re.MULTILINE)
        self.assertEqual(set(found), {"brk", "wasm", "windows"})

    def test_is_the_same_each_time(self) -> None:
        self.write()
        first = (self.out / "SHA256SUMS").read_bytes()
        self.write()
        self.assertEqual((self.out / "SHA256SUMS").read_bytes(), first)

    def test_may_be_written_over_and_leaves_nothing_old(self) -> None:
        self.write()
        self.write("--heap", "fixed", "--single-file")
        self.assertEqual(self.names(), ["LICENSE", "SHA256SUMS", "atoll_fixed.h"])

    def test_has_the_files_of_build_systems_that_are_asked_for(self) -> None:
        plain = ["LICENSE", "SHA256SUMS", "atoll_fixed.cc", "atoll_fixed.h", "atoll_fixed.hpp"]
        self.write("--heap", "fixed", "--with", "zephyr,make")
        added = ["atoll_fixed.mk"] + [f"zephyr/{name}" for name in ("CMakeLists.txt", "Kconfig")]
        self.assertEqual(self.names(), sorted(plain + added + ["zephyr/module.yml"]))
        self.write("--heap", "fixed", "--with", "esp-idf")
        self.assertEqual(self.names(), sorted(plain + ["CMakeLists.txt", "Kconfig", "idf_component.yml"]))
        self.assertFalse((self.out / "zephyr").exists())
        for heap in ("fixed", "arena"):
            self.write("--heap", heap, "--with", "all")
            for path in self.out.rglob("*"):
                if path.is_file():
                    self.assertNotIn("@VERSION@", path.read_text("utf-8"), path)

    def test_has_another_namespace_everywhere(self) -> None:
        self.write("--heap", "fixed", "--namespace", "Radio")
        for path in self.out.glob("atoll_*"):
            text = path.read_text("utf-8")
            self.assertNotRegex(text, r"Atoll::|namespace Atoll|atoll_fixed_|\batoll_fixed\b(?!\.)")
        self.assertIn("radio_fixed_malloc(", (self.out / "atoll_fixed.h").read_text("utf-8"))


class BadInput(VendorTest):
    def test_a_folder_with_files_of_others_stays_as_it_is(self) -> None:
        self.out.mkdir(parents=True)
        (self.out / "main.c").write_text("int main;", "utf-8")
        self.assert_refuses("main.c", str(self.out), "--heap", "fixed")
        self.assertEqual(self.names(), ["main.c"])

    def test_a_file_of_others_among_its_own(self) -> None:
        self.write()
        (self.out / "sub").mkdir()
        self.assert_refuses("sub", str(self.out), "--heap", "fixed")
        (self.out / "sub/main.c").write_text("", "utf-8")
        self.assert_refuses("sub/main.c", str(self.out), "--heap", "fixed")

    def test_sums_of_others(self) -> None:
        self.out.mkdir(parents=True)
        (self.out / "SHA256SUMS").write_bytes(b"\xff\x00 mine")
        self.assert_refuses("SHA256SUMS", str(self.out), "--heap", "fixed")

    def test_a_changed_file_stays_as_it_is(self) -> None:
        self.write()
        changed = self.out / "atoll_fixed.h"
        changed.write_text(changed.read_text("utf-8") + "/* mine */\n", "utf-8")
        self.assert_refuses("atoll_fixed.h has been changed", str(self.out), "--heap", "fixed")
        self.assertIn("mine", changed.read_text("utf-8"))

    def test_a_place_that_is_no_folder(self) -> None:
        file = self.there / "file"
        file.write_text("", "utf-8")
        self.assert_refuses("no folder", str(file), "--heap", "fixed")
        self.assert_refuses("file", str(file / "inside"), "--heap", "fixed")
        (self.there / "link").symlink_to("nowhere")
        self.assert_refuses("no folder", str(self.there / "link"), "--heap", "fixed")
        self.assert_refuses("empty", "", "--heap", "fixed")

    def test_arguments(self) -> None:
        self.assert_refuses("DIR")
        self.assert_refuses("--heap", "out")
        self.assert_refuses("'big'", "out", "--heap", "big")
        self.assert_refuses("--sing", "out", "--heap", "fixed", "--sing")
        self.assert_refuses("'beos'", "out", "--heap", "arena", "--backend", "beos")
        self.assert_refuses("no --backend", "out", "--heap", "fixed", "--backend", "linux")
        self.assert_refuses("linux", "out", "--heap", "malloc", "--backend", "windows")
        self.assert_refuses("linux", "out", "--heap", "malloc", "--backend", "all")
        self.assert_refuses("'scons'", "out", "--heap", "fixed", "--with", "make,scons")
        self.assert_refuses("''", "out", "--heap", "fixed", "--with", "")
        self.assert_refuses("fixed", "out", "--heap", "arena", "--with", "arduino")
        self.assert_refuses("single", "out", "--heap", "fixed", "--single-file", "--with", "make")
        for name in ("", "3", "a b", "a::b", "namespace", "_A", "a__b", "std", "\u00e4"):
            self.assert_refuses("namespace", "out", "--heap", "fixed", "--namespace", name)
        self.assertFalse((self.there / "out").exists())


if __name__ == "__main__":
    unittest.main()
