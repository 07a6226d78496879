"""Samples for the tests of bench/."""

import pathlib
from typing import Dict, List, Union

from samples import Sample

# Bazel runs tests where the files of the workspace are.
ROOT = pathlib.Path.cwd()
SINGLE = "one thread"


def rounds(
    workload: str,
    allocator: str,
    seconds: List[float],
    peaks: Union[List[int], int] = 1 << 20,
    group: str = SINGLE,
) -> List[Sample]:
    """One sample for each round."""
    peak_of = peaks if isinstance(peaks, list) else [peaks] * len(seconds)
    return [
        Sample(i + 1, workload, group, allocator, seconds=value, peak_bytes=peak_of[i])
        for i, value in enumerate(seconds)
    ]


def table(values: Dict[str, Dict[str, float]]) -> List[Sample]:
    """One round: seconds by workload and allocator."""
    return [
        sample
        for workload, by_allocator in values.items()
        for allocator, value in by_allocator.items()
        for sample in rounds(workload, allocator, [value])
    ]
