"""Single results, and the CSV file that holds them all."""

import csv
import dataclasses
import pathlib
from typing import Dict, List

_COLUMNS = [
    "round",
    "workload",
    "group",
    "allocator",
    "seconds",
    "user_seconds",
    "system_seconds",
    "peak_bytes",
    "more",
    "problem",
    "version",
]


class FormatError(Exception):
    """A file that was not written by write_csv()."""


@dataclasses.dataclass(frozen=True)
class Sample:
    """One run of one workload under one allocator."""

    round: int
    workload: str
    group: str
    allocator: str
    seconds: float = 0
    user_seconds: float = 0
    system_seconds: float = 0
    peak_bytes: int = 0
    # Results that only this workload has.
    more: Dict[str, int] = dataclasses.field(default_factory=dict)
    # Why there are no figures: "not run: ..." or "failed: ...".
    problem: str = ""
    # Of the allocator's package.
    version: str = ""


def write_csv(path: pathlib.Path, samples: List[Sample]) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        for sample in samples:
            row = dataclasses.asdict(sample)
            row["more"] = " ".join(f"{name}={value}" for name, value in sample.more.items())
            for name in ("seconds", "user_seconds", "system_seconds"):
                row[name] = f"{row[name]:.6f}"
            writer.writerow(row)


def _sample(row: Dict[str, str]) -> Sample:
    more = dict(pair.split("=") for pair in row["more"].split())
    return Sample(
        round=int(row["round"]),
        workload=row["workload"],
        group=row["group"],
        allocator=row["allocator"],
        seconds=float(row["seconds"]),
        user_seconds=float(row["user_seconds"]),
        system_seconds=float(row["system_seconds"]),
        peak_bytes=int(row["peak_bytes"]),
        more={name: int(value) for name, value in more.items()},
        problem=row["problem"],
        # Older files have none.
        version=row.get("version", ""),
    )


def read_csv(path: pathlib.Path) -> List[Sample]:
    try:
        with open(path, encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if reader.fieldnames not in (_COLUMNS, _COLUMNS[:-1]):
                raise FormatError(f"{path}: not a table of bench/compare")
            return [_sample(row) for row in reader]
    except (ValueError, AttributeError, TypeError) as error:
        raise FormatError(f"{path}: not a table of bench/compare ({error})") from error
