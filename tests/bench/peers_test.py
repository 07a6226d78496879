"""The allocators that are compared, and their versions."""

import os
import pathlib
import tempfile
import unittest

import plot
from peers import Allocator, chosen, NAMES, PEERS


class Peers(unittest.TestCase):
    def test_the_tables_order_is_kept(self) -> None:
        found = chosen(["glibc", "scudo", "atoll"], "/somewhere/libatoll.so")
        self.assertEqual([allocator.name for allocator in found], ["atoll", "glibc", "scudo"])
        self.assertEqual(found[0].library, "/somewhere/libatoll.so")

    def test_each_has_its_own_look(self) -> None:
        forms = [plot._FORMS[name] for name in NAMES]  # pylint: disable=protected-access
        colours = [plot._COLOURS[name] for name in NAMES]  # pylint: disable=protected-access
        self.assertEqual((len(set(forms)), len(set(colours))), (len(NAMES), len(NAMES)))

    def test_what_is_not_here_is_told_with_its_package_and_suite(self) -> None:
        (mimalloc,) = [peer for peer in PEERS if peer.name == "mimalloc3"]
        gone = Allocator("mimalloc3", "/nowhere/libmimalloc.so.3", mimalloc.package, mimalloc.suite)
        self.assertEqual(gone.why_not(), "package libmimalloc3 of Debian's sid")
        self.assertEqual(gone.version(), "")

    def test_the_version_of_what_is_unpacked_is_the_noted_one(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            library = root / "library.so"
            library.touch()
            other = Allocator("other", str(library), "libother1", "sid", root)
            self.assertEqual(other.version(), "? (sid)")
            (root / "versions").write_text("libmore2 1.0\nlibother1 3.6.0+ds-1\n", encoding="ascii")
            self.assertEqual(other.version(), "3.6.0+ds-1 (sid)")

    @unittest.skipUnless(os.path.exists("/usr/bin/dpkg-query"), "no dpkg")
    def test_the_version_of_an_installed_package_is_dpkgs(self) -> None:
        self.assertRegex(Allocator("glibc", "", "libc6").version(), r"^2\.\d+")
        self.assertEqual(Allocator("other", "", "no-such-package").version(), "?")


if __name__ == "__main__":
    unittest.main()
