"""Writes a comparison's results into docs/, with the facts about the machine."""

import os
import pathlib
import platform
import re
from typing import List

import plot
import table
from samples import Sample, write_csv

BEGIN = "<!-- Written by bench/compare --update-docs. -->"
END = "<!-- The end of what is written. -->"


class RecordError(Exception):
    """The document has no place for results."""


def _processor() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"^model name\s*:\s*(.*)$", file.read(), re.MULTILINE)
    return found.group(1).strip() if found else platform.machine()


def _circumstances(samples: List[Sample]) -> str:
    rounds = max(sample.round for sample in samples)
    kernel = ".".join(platform.release().split(".")[:2])
    return (
        f"{rounds} rounds on {os.cpu_count()} processors ({_processor()}), Linux {kernel}.\n"
        f"{table.versions_line(samples)}.\n"
        "Every single run is in [benchmarks.csv](benchmarks.csv)."
    )


def with_results(document: str, samples: List[Sample]) -> str:
    """The document with its part between the two marks replaced."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise RecordError("no place for results between the two comments")
    text = table.report(samples, table.as_markdown, "### ")
    picture = "![Every row's time and peak memory, by its best peer](benchmarks.svg)"
    parts = [begin, _circumstances(samples), picture, text, end]
    return before + "\n\n".join(parts) + after


def update(folder: pathlib.Path, samples: List[Sample]) -> None:
    document = folder / "BENCHMARKS.md"
    text = with_results(document.read_text(encoding="utf-8"), samples)
    write_csv(folder / "benchmarks.csv", samples)
    (folder / "benchmarks.svg").write_text(plot.svg(samples), encoding="utf-8")
    document.write_text(text, encoding="utf-8")
