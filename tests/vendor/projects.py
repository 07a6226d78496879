"""A clean copy of what a stranger needs, and a PATH without Bazel, for the tests of vendored projects."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest
from typing import Dict, List

README = pathlib.Path("examples/vendored/README.md")


class ProjectTest(unittest.TestCase):
    """Commands run in a folder that has only tools/vendor, the sources and the projects."""

    there: pathlib.Path
    path: str

    @classmethod
    def setUpClass(cls) -> None:
        # pylint: disable-next=consider-using-with
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.there = pathlib.Path(folder.name) / "atoll"
        for name in ("tools/vendoring", "os", "src", "examples/vendored"):
            shutil.copytree(name, cls.there / name)
        for name in ("tools/vendor", "LICENSE", "MODULE.bazel"):
            shutil.copy(name, cls.there / name)
        programs = pathlib.Path(folder.name) / "bin"
        programs.mkdir()
        for program in os.scandir("/usr/bin"):
            if not program.name.startswith("bazel"):
                (programs / program.name).symlink_to(program.path)
        cls.path = str(programs)

    def run_commands(self, commands: str, **environment: str) -> str:
        """What a shell prints that runs them until one fails."""
        done = subprocess.run(
            ["/bin/sh", "-e", "-c", commands],
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            cwd=self.there,
            env={"PATH": self.path, "HOME": str(self.there), "LC_ALL": "C.UTF-8", **environment},
        )
        self.assertEqual(done.returncode, 0, f"{commands}\n{done.stdout}")
        return done.stdout


def commands_of_readme() -> Dict[str, str]:
    """By project, the commands that build and run it."""
    text = README.read_text("utf-8")
    found = re.findall(r"^`(\w+)`: [^\n]*\n\n```sh\n(.*?)```", text, re.MULTILINE | re.DOTALL)
    return dict(found)


def table_of_readme() -> Dict[str, str]:
    """By project, the arguments of tools/vendor."""
    rows = re.findall(r"^\| `(\w+)` \| `tools/vendor ([^`]*)`", README.read_text("utf-8"), re.MULTILINE)
    return dict(rows)


def all_projects() -> List[str]:
    return sorted(path.name for path in README.parent.iterdir() if path.is_dir())
