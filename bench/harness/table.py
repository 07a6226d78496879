"""The table of a comparison, as text and as Markdown."""

import dataclasses
from typing import Callable, List, Optional

import ratios
from peers import ATOLL, NAMES
from ratios import Ratio, RowFigures
from rows import GROUPS
from samples import Sample


@dataclasses.dataclass(frozen=True)
class Kind:
    """A quantity that is measured, and the ratio above which a row counts as lost."""

    title: str
    measure: ratios.Measure
    show: Callable[[float], str]
    limit: float


def _milliseconds(value: float) -> str:
    return f"{value * 1e3:.1f}"


def _mebibytes(value: float) -> str:
    return f"{value / 2**20:.1f}"


TIME = Kind("time in ms", ratios.seconds, _milliseconds, 1.25)
MEMORY = Kind("peak memory in MiB", ratios.peak_bytes, _mebibytes, 1.05)
KINDS = [TIME, MEMORY]

Grid = List[List[str]]


def _ratio(ratio: Optional[Ratio]) -> List[str]:
    if ratio is None:
        return ["-", "-"]
    return [f"{ratio.middle:.2f}", f"{ratio.low:.2f}-{ratio.high:.2f}"]


def _cell(row: RowFigures, name: str, kind: Kind) -> str:
    if name in row.medians:
        return kind.show(row.medians[name])
    return "failed" if row.problems.get(name, "").startswith("failed") else "not run"


def grid(rows: List[RowFigures], allocators: List[str], kind: Kind) -> Grid:
    """The header, then one line for each row."""
    # Atoll and its ratio come first, so that a narrow window shows them.
    ours = [name for name in allocators if name == ATOLL]
    theirs = [name for name in allocators if name != ATOLL]
    lines = [["workload"] + ours + ["best peer", "atoll/best", "quartiles"] + theirs]
    for row in rows:
        our_cells = [_cell(row, name, kind) for name in ours]
        their_cells = [_cell(row, name, kind) for name in theirs]
        best = [row.best_peer() or "-"] + _ratio(row.to_best())
        lines.append([row.workload] + our_cells + best + their_cells)
    return lines


def as_text(lines: Grid) -> str:
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    shown = []
    for line in lines:
        cells = [line[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(line[1:], widths[1:])]
        shown.append("  ".join(cells).rstrip())
    return "\n".join(shown)


def as_markdown(lines: Grid) -> str:
    rule = ["---"] + ["---:"] * (len(lines[0]) - 1)
    return "\n".join("| " + " | ".join(line) + " |" for line in [lines[0], rule] + lines[1:])


def summary_lines(rows: List[RowFigures], kind: Kind) -> List[str]:
    """A group as a whole. No total over the groups: it would hide what one of them loses."""
    whole = ratios.summary(rows, kind.limit)
    lines = []
    means = ", ".join(f"{name} {kind.show(mean)}" for name, mean in whole.means.items())
    if whole.rows:
        lines.append(f"geometric means of {whole.rows} rows: {means}")
    if whole.left_out:
        lines.append(f"not in the means: {', '.join(whole.left_out)}")
    if whole.ratio is not None:
        lines.append(f"atoll by the best peer ({whole.best_peer}): {whole.ratio:.3f}")
        above = [f"{name} {ratio:.2f}" for name, ratio in whole.above.items()]
        lines.append(f"rows above {kind.limit} of their best peer: {', '.join(above) or 'none'}")
    return lines


def problem_lines(samples: List[Sample]) -> List[str]:
    """What was not run or failed, once for each reason."""
    found = {}
    for sample in samples:
        if sample.problem:
            place = found.setdefault((sample.allocator, sample.problem), [])
            if sample.workload not in place:
                place.append(sample.workload)
    rows = {sample.workload for sample in samples}
    return [
        f"{allocator}: {'every row' if set(where) == rows else ', '.join(where)}: {problem}"
        for (allocator, problem), where in found.items()
    ]


def _more_lines(samples: List[Sample]) -> Grid:
    """Results that only one workload has: the medians of each allocator."""
    names = list(dict.fromkeys((s.workload, key) for s in samples for key in s.more))
    allocators = order(samples)
    lines = [["resident memory in MiB"] + allocators]
    for workload, key in names:
        mine = [s for s in samples if s.workload == workload]
        cells = []
        for allocator in allocators:
            values = [float(s.more[key]) for s in mine if s.allocator == allocator and key in s.more]
            cells.append(_mebibytes(ratios.quartiles(values)[1]) if values else "-")
        lines.append([f"{workload}: {key.replace('resident_', '')}"] + cells)
    return lines


def order(samples: List[Sample]) -> List[str]:
    """The allocators of the samples, as in every table."""
    found = {sample.allocator for sample in samples}
    return [name for name in NAMES if name in found]


def versions_line(samples: List[Sample]) -> str:
    """The packages of the peers, with their versions."""
    known = {sample.allocator: sample.version for sample in samples if sample.version}
    found = [f"{name} {known[name]}" for name in order(samples) if name in known]
    return f"Debian's packages: {', '.join(found) or 'not known'}"


def report(samples: List[Sample], form: Callable[[Grid], str], heading: str) -> str:
    """Everything that a comparison has found."""
    parts = []
    allocators = order(samples)
    for kind in KINDS:
        rows = ratios.figures(samples, kind.measure)
        for group in GROUPS:
            of_group = [row for row in rows if row.group == group]
            if of_group:
                parts.append(f"{heading}{group}: {kind.title}")
                parts.append(form(grid(of_group, allocators, kind)))
                parts.append("\n".join(summary_lines(of_group, kind)))
    more = _more_lines(samples)
    if len(more) > 1:
        parts += [f"{heading}resident memory along the way", form(more)]
    parts.append("\n".join(problem_lines(samples)))
    return "\n\n".join(part for part in parts if part)
