"""The picture of a comparison: every row's ratios to its best peer, one panel for each measure."""

import html
import math
from typing import Dict, List, Tuple

import ratios
from peers import ATOLL, NAMES
from ratios import RowFigures
from rows import GROUPS
from samples import Sample
from table import Kind, KINDS, order

_LABELS = 130
_PANEL = 350
_GAP = 64
_HEADER = 62
_ROW = 16
_WIDTH = _LABELS + 2 * _PANEL + 2 * _GAP

# Ratios beyond are drawn at the edge, with their numbers beside it.
_LOWEST, _HIGHEST = 1 / 4, 8

# On light paper and on dark.
_COLOURS: Dict[str, Tuple[str, str]] = {
    "paper": ("#ffffff", "#0d1117"),
    "ink": ("#1f2328", "#e6edf3"),
    "faint": ("#d8dee4", "#30363d"),
    "band": ("#f6f8fa", "#161b22"),
    ATOLL: ("#0969da", "#58a6ff"),
    "glibc": ("#6e7781", "#9198a1"),
    "mimalloc": ("#bf3989", "#f778ba"),
    "jemalloc": ("#bc4c00", "#f0883e"),
    "mimalloc3": ("#8250df", "#a371f7"),
    "tcmalloc": ("#1a7f37", "#56d364"),
    "scudo": ("#9a6700", "#d29922"),
}

# The kinds of shapes, and the colours of their attributes.
_PAINT: Dict[str, Dict[str, str]] = {
    "text": {"fill": "ink"},
    "paper": {"fill": "paper"},
    "band": {"fill": "band"},
    "grid": {"stroke": "faint"},
    "one": {"stroke": "ink"},
    ATOLL: {"fill": ATOLL, "stroke": ATOLL},
    **{name: {"stroke": name} for name in NAMES if name != ATOLL},
}


def _paint(kind: str) -> str:
    """Colours as attributes, which every renderer knows; the stylesheet only adds the dark ones."""
    attributes = {"fill": "none"} if "fill" not in _PAINT[kind] else {}
    attributes.update({name: _COLOURS[colour][0] for name, colour in _PAINT[kind].items()})
    return f'class="{kind}" ' + " ".join(f'{k}="{v}"' for k, v in attributes.items())


def _style() -> str:
    dark = [
        f"    .{kind} {{ "
        + " ".join(f"{name}: {_COLOURS[colour][1]};" for name, colour in paint.items())
        + " }"
        for kind, paint in _PAINT.items()
    ]
    lines = ["  @media (prefers-color-scheme: dark) {", *dark, "  }"]
    return "\n" + "\n".join(lines) + "\n"


_TEXTS = {
    "": 'font-size="11"',
    "title": 'font-size="11" font-weight="bold"',
    "middle": 'font-size="11" text-anchor="middle"',
    "number": 'font-size="9"',
}

# Told apart by form as well as by colour; around 0,0.
_FORMS: Dict[str, str] = {
    ATOLL: '<circle r="4"/>',
    "glibc": '<rect x="-3" y="-3" width="6" height="6"/>',
    "mimalloc": '<path d="M0 -4L4 0L0 4L-4 0Z"/>',
    "jemalloc": '<path d="M0 -4L4 3L-4 3Z"/>',
    "mimalloc3": '<path d="M0 -4L4 0L0 4L-4 0ZM-4 0H4"/>',
    "tcmalloc": '<path d="M-3 -3L3 3M-3 3L3 -3"/>',
    "scudo": '<path d="M0 4L4 -3L-4 -3Z"/>',
}


def _place(ratio: float) -> float:
    """Along a panel: equal factors are equal distances."""
    inside = min(max(ratio, _LOWEST), _HIGHEST)
    return _PANEL * math.log(inside / _LOWEST) / math.log(_HIGHEST / _LOWEST)


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}"'
    font = f'font-family="sans-serif" {_TEXTS[kind]}'
    return f"<text {_paint('text')} {font} {place}>{html.escape(text)}</text>"


def _line(x: float, y: float, to_x: float, to_y: float, kind: str) -> str:
    ends = f'x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}"'
    width = ' stroke-width="1.5"' if kind == ATOLL else ""
    return f"<line {_paint(kind)}{width} {ends}/>"


def _mark(name: str, x: float, y: float, hint: str) -> str:
    title = f"<title>{html.escape(hint)}</title>"
    place = f'transform="translate({x:.1f} {y:.1f})"'
    return f'<g {_paint(name)} stroke-width="1.5" {place}>{title}{_FORMS[name]}</g>'


def _legend(names: List[str]) -> str:
    parts = []
    for i, name in enumerate(names):
        x = _LABELS + 100 * i
        parts += [_mark(name, x, 14, name), _text(x + 10, 18, name)]
    return "\n".join(parts)


def _axis(left: float, bottom: float, kind: Kind) -> str:
    parts = [_text(left, 38, f"{kind.title.split(' in ')[0]}, by the row's best peer", "title")]
    ratio = _LOWEST
    while ratio <= _HIGHEST:
        x = left + _place(ratio)
        parts.append(_line(x, _HEADER - 6, x, bottom, "one" if ratio == 1 else "grid"))
        parts.append(_text(x, _HEADER - 10, f"{ratio:g}", "middle"))
        ratio *= 2
    return "\n".join(parts)


def _span(ratios_beyond: List[float]) -> str:
    """The least and the greatest of the ratios beyond the axis, which has no room for all of them."""
    ends = dict.fromkeys((min(ratios_beyond), max(ratios_beyond)))
    return "-".join(f"{end:.0f}" if end >= 10 else f"{end:.1f}" for end in ends)


def _row_marks(row: RowFigures, names: List[str], left: float, y: float) -> str:
    parts = []
    beyond = []
    # Atoll last, on top of the others.
    for name in sorted(names, key=lambda name: name == ATOLL):
        ratio = row.to_best(name)
        if ratio is None:
            continue
        x = left + _place(ratio.middle)
        if name == ATOLL:
            ends = left + _place(ratio.low), left + _place(ratio.high)
            parts.append(_line(ends[0], y, ends[1], y, ATOLL))
        parts.append(_mark(name, x, y, f"{row.workload}, {name}: {ratio.middle:.2f}"))
        if ratio.middle > _HIGHEST:
            beyond.append(ratio.middle)
        elif ratio.middle < _LOWEST:
            parts.append(_text(x + 6, y + 3, f"{ratio.middle:.2g}", "number"))
    if beyond:
        parts.append(_text(left + _PANEL + 7, y + 3, _span(beyond), "number"))
    return "\n".join(parts)


def _lines(samples: List[Sample]) -> List[Tuple[str, bool]]:
    """Headings (True) and workloads, from top to bottom."""
    lines = []
    for group in GROUPS:
        names = list(dict.fromkeys(s.workload for s in samples if s.group == group))
        lines += [(group, True)] + [(name, False) for name in names] if names else []
    return lines


def svg(samples: List[Sample]) -> str:
    lines = _lines(samples)
    names = [n for n in order(samples) if any(s.allocator == n and not s.problem for s in samples)]
    bottom = _HEADER + _ROW * len(lines)
    size = f'width="{_WIDTH}" height="{bottom + 12}" viewBox="0 0 {_WIDTH} {bottom + 12}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        "<title>Allocators side by side</title>",
        f"<style>{_style()}</style>",
        f'<rect {_paint("paper")} width="{_WIDTH}" height="{bottom + 12}"/>',
        _legend(names),
    ]
    for i, (name, is_heading) in enumerate(lines):
        y = _HEADER + _ROW * i
        if i % 2:
            parts.append(f'<rect {_paint("band")} y="{y}" width="{_WIDTH}" height="{_ROW}"/>')
        parts.append(_text(8, y + 12, name, "title" if is_heading else ""))
    for number, kind in enumerate(KINDS):
        left = _LABELS + number * (_PANEL + _GAP)
        parts.append(_axis(left, bottom, kind))
        rows = {row.workload: row for row in ratios.figures(samples, kind.measure)}
        for i, (name, is_heading) in enumerate(lines):
            if not is_heading:
                parts.append(_row_marks(rows[name], names, left, _HEADER + _ROW * (i + 0.5)))
    return "\n".join(part for part in parts if part) + "\n</svg>\n"
