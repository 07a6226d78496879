"""Decides from samples of a process's resident memory whether its memory grows."""

import dataclasses
from typing import List, Tuple

# Seconds since the start, and bytes.
Point = Tuple[float, float]


def linear_fit(points: List[Point]) -> Tuple[float, float]:
    """Slope and value at 0 of the line with the least squares."""
    count = len(points)
    mean_x = sum(x for x, _ in points) / count
    mean_y = sum(y for _, y in points) / count
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0
    return slope, mean_y - slope * mean_x


@dataclasses.dataclass(frozen=True)
class Growth:
    """In parts: 0.1 is a tenth more."""

    # How much the line through the last two thirds rises from the first to the last sample.
    by_fit: float
    # The most in the last third, against the most in the middle one.
    by_most: float

    def is_above(self, bound: float) -> bool:
        return self.by_fit > bound or self.by_most > bound


def growth(points: List[Point]) -> Growth:
    """The first third is left out: a process fills its caches then."""
    end = points[-1][0]
    later = [point for point in points if point[0] >= end / 3]
    slope, at_zero = linear_fit(later)
    first, last = later[0][0], later[-1][0]
    middle = [y for x, y in later if x < end * 2 / 3] or [later[0][1]]
    final = [y for x, y in later if x >= end * 2 / 3]
    return Growth(
        by_fit=slope * (last - first) / (at_zero + slope * first),
        by_most=max(final) / max(middle) - 1,
    )
