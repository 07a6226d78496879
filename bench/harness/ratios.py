"""Summaries of many samples: medians, ratios with their spread, geometric means."""

import dataclasses
import math
import statistics
from typing import Callable, Dict, Iterable, List, Optional, Tuple

from peers import ATOLL, NAMES
from samples import Sample

Measure = Callable[[Sample], float]


def seconds(sample: Sample) -> float:
    return sample.seconds


def peak_bytes(sample: Sample) -> float:
    return float(sample.peak_bytes)


def geometric_mean(values: Iterable[float]) -> float:
    logarithms = [math.log(value) for value in values]
    return math.exp(sum(logarithms) / len(logarithms))


def quartiles(values: List[float]) -> Tuple[float, float, float]:
    """The lower quartile, the median and the upper quartile; between two values, what lies there."""
    ordered = sorted(values)

    def at(part: float) -> float:
        place = part * (len(ordered) - 1)
        below = math.floor(place)
        above = min(below + 1, len(ordered) - 1)
        return ordered[below] + (ordered[above] - ordered[below]) * (place - below)

    return at(0.25), at(0.5), at(0.75)


@dataclasses.dataclass(frozen=True)
class Ratio:
    """Of two allocators in the same rounds."""

    low: float
    middle: float
    high: float


@dataclasses.dataclass
class RowFigures:
    """One measure of one workload."""

    workload: str
    group: str
    # By allocator, the median of all rounds.
    medians: Dict[str, float]
    # By allocator and round.
    by_round: Dict[str, Dict[int, float]]
    # By allocator, why there is no median.
    problems: Dict[str, str]

    def best_peer(self) -> Optional[str]:
        peers = [name for name in self.medians if name != ATOLL]
        return min(peers, key=lambda name: self.medians[name]) if peers else None

    def ratio(self, name: str, other: str) -> Optional[Ratio]:
        """Round by round: what slows the machine for a while slows both."""
        ours, theirs = self.by_round.get(name, {}), self.by_round.get(other, {})
        ratios = [ours[number] / theirs[number] for number in ours if number in theirs]
        return Ratio(*quartiles(ratios)) if ratios else None

    def to_best(self, name: str = ATOLL) -> Optional[Ratio]:
        best = self.best_peer()
        return self.ratio(name, best) if best else None


def figures(samples: List[Sample], measure: Measure) -> List[RowFigures]:
    """One for each workload, in the order in which they come."""
    rows: Dict[str, RowFigures] = {}
    for sample in samples:
        new = RowFigures(sample.workload, sample.group, {}, {}, {})
        row = rows.setdefault(sample.workload, new)
        if sample.problem:
            row.problems[sample.allocator] = sample.problem
        elif measure(sample) > 0:
            row.by_round.setdefault(sample.allocator, {})[sample.round] = measure(sample)
    for row in rows.values():
        # An allocator that failed once has no result.
        row.by_round = {n: v for n, v in row.by_round.items() if n not in row.problems}
        row.medians = {n: statistics.median(v.values()) for n, v in row.by_round.items()}
    return list(rows.values())


@dataclasses.dataclass(frozen=True)
class Summary:
    """What a group of rows says as a whole, of the rows that every allocator has."""

    rows: int
    left_out: List[str]
    # By allocator.
    means: Dict[str, float]
    best_peer: Optional[str]
    # Atoll's mean by the best peer's.
    ratio: Optional[float]
    # Rows of Atoll above the limit, by the row's best peer.
    above: Dict[str, float]


def summary(rows: List[RowFigures], limit: float) -> Summary:
    names = [name for name in NAMES if any(name in row.medians for row in rows)]
    whole = [row for row in rows if all(name in row.medians for name in names)]
    means = {name: geometric_mean(row.medians[name] for row in whole) for name in names if whole}
    peers = [name for name in means if name != ATOLL]
    best = min(peers, key=lambda name: means[name]) if peers else None
    above = {}
    for row in rows:
        ratio = row.to_best()
        if ratio and ratio.middle > limit:
            above[row.workload] = ratio.middle
    return Summary(
        rows=len(whole),
        left_out=[row.workload for row in rows if row not in whole],
        means=means,
        best_peer=best,
        ratio=means[ATOLL] / means[best] if best and ATOLL in means else None,
        above=above,
    )
