"""What docs/VENDORING.md shows is so: its programs are compiled, its figures are those on record."""

import pathlib
import re
import subprocess
import tempfile
import unittest

_TEXT = pathlib.Path("docs/VENDORING.md").read_text("utf-8")
_TOOL = pathlib.Path("tools/vendor").absolute()
_STAND_INS = pathlib.Path("tests/vendor/stand_ins").absolute()

_FREERTOS_PROGRAM = """
#include <assert.h>
#include "FreeRTOS.h"
#include "task.h"
static int depth, failed;
void vTaskSuspendAll(void) { ++depth; }
long xTaskResumeAll(void) { --depth; return 0; }
void vApplicationMallocFailedHook(void) { ++failed; }
int main(void) {
  void* const block = pvPortMalloc(100);
  const size_t left = xPortGetFreeHeapSize();
  assert(block != NULL && left > 31 * 1024 && left < 32 * 1024);
  vPortFree(block);
  assert(xPortGetFreeHeapSize() == left + 104);
  assert(pvPortMalloc(40 * 1024) == NULL && failed == 1 && depth == 0);
  return 0;
}
"""

_MALLOC_PROGRAM = """
#include <stdlib.h>
#include <string.h>
#include "atoll_fixed.h"
static uint64_t memory[8 << 10];
atoll_fixed* the_heap(void);
atoll_fixed* the_heap(void) {
  static atoll_fixed* heap;
  if (heap == NULL) heap = atoll_fixed_make(memory, sizeof memory, NULL);
  return heap;
}
int main(void) {
  char* text = malloc(100);
  strcpy(text, "contents");
  text = realloc(text, 1000);
  const int wrong = strcmp(text, "contents") != 0 || !atoll_fixed_owns(the_heap(), text);
  free(text);
  return wrong;
}
"""


def _block(name: str) -> str:
    """The program of the document that begins with its name."""
    match = re.search(rf"^```c\n(/\* {name} \*/\n.*?)^```$", _TEXT, re.MULTILINE | re.DOTALL)
    assert match, name
    return match.group(1)


class Document(unittest.TestCase):
    def setUp(self) -> None:
        # pylint: disable-next=consider-using-with
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.there = pathlib.Path(folder.name)
        self.run_command(str(_TOOL), "atoll", "--heap", "fixed")

    def run_command(self, *command: str) -> str:
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=self.there)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def build(self, source: str, program: str) -> None:
        """Builds the document's file with a program of this test, and runs it."""
        (self.there / source).write_text(_block(source), "utf-8")
        (self.there / "main.c").write_text(program, "utf-8")
        flags = ["-Wall", "-Wextra", "-Iatoll", f"-I{_STAND_INS}/freertos"]
        self.run_command("g++", "-fno-exceptions", "-c", "atoll/atoll_fixed.cc", "-o", "atoll.o")
        self.run_command("gcc", *flags, "-fno-builtin", source, "main.c", "atoll.o", "-o", "program")
        self.run_command("./program")

    def test_freertos_heap(self) -> None:
        self.build("heap_atoll.c", _FREERTOS_PROGRAM)

    def test_malloc_of_a_c_library(self) -> None:
        self.build("malloc_atoll.c", _MALLOC_PROGRAM)

    def test_costs_are_those_on_record(self) -> None:
        record = pathlib.Path("bench/firmware/README.md").read_text("utf-8").splitlines()
        costs = _TEXT.split("## What it costs")[1].split("\n## ")[0]
        rows = [line for line in costs.splitlines() if line.startswith("|")]
        self.assertGreater(len(rows), 5)
        for row in rows:
            self.assertIn(row, record)

    def test_a_log_becomes_a_trace(self) -> None:
        (self.there / "log").write_text("m 8 24\nm 20 100\nf 8\nm 8 64\nf 20\nm 20 7\n", "utf-8")
        script = re.search(r"^```sh\n(awk .*?)atoll size", _TEXT, re.MULTILINE | re.DOTALL)
        assert script
        self.run_command("/bin/sh", "-c", script.group(1))
        trace = (self.there / "trace.csv").read_text("utf-8")
        self.assertEqual(trace, "24,1\n100,1\n64,\n7,\n")

    def test_build_files_are_those_of_the_tool(self) -> None:
        listed = re.findall(r"^\| `([a-z-]+)` \| `.*\| (all|fixed) \|$", _TEXT, re.MULTILINE)
        usage = self.run_command(str(_TOOL), "--help").split("between them:")[1].split(", all")[0]
        self.assertEqual(sorted(name for name, _ in listed), sorted(re.findall(r"[a-z-]+", usage)))
        for name, heaps in listed:
            for heap in ("fixed", "arena") if heaps == "all" else ("fixed",):
                self.run_command(str(_TOOL), f"{name}-{heap}", "--heap", heap, "--with", name)


if __name__ == "__main__":
    unittest.main()
