"""Checks the statistics that processes left in a folder: statistics_add_up.py FOLDER [FEWEST]."""

import json
import pathlib
import sys
from typing import Any, Dict, List


def wrong(statistics: Dict[str, Any]) -> List[str]:
    """What does not add up."""
    by_size = statistics["BySize"]
    parts = ["HeapSys", "StackSys", "MSpanSys", "MCacheSys", "BuckHashSys", "GCSys", "OtherSys"]
    sums = {
        "Sys": sum(statistics[part] for part in parts),
        "HeapSys": statistics["HeapIdle"] + statistics["HeapInuse"],
        "HeapIdle": statistics["HeapReleased"] + statistics["HeapFresh"] + statistics["HeapKept"],
        "HeapObjects": statistics["Mallocs"] - statistics["Frees"],
        "Mallocs": statistics["LargeMallocs"] + sum(size["Mallocs"] for size in by_size),
        "Frees": statistics["LargeFrees"] + sum(size["Frees"] for size in by_size),
        "Alloc": statistics["LargeAlloc"]
        + sum(size["Size"] * (size["Mallocs"] - size["Frees"]) for size in by_size),
        "HeapAlloc": statistics["Alloc"],
    }
    found = [
        f"{key} is {statistics[key]}, but should be {value}"
        for key, value in sums.items()
        if statistics[key] != value
    ]
    if statistics["HeapAlloc"] + statistics["LargeCached"] > statistics["HeapInuse"]:
        found.append("HeapAlloc and LargeCached are more than HeapInuse")
    if statistics["Mallocs"] == 0:
        found.append("nothing was ever allocated")
    return found


def main() -> int:
    folder = pathlib.Path(sys.argv[1])
    fewest = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    files = sorted(folder.glob("*.json"))
    failures = [
        f"{file.name}: {line}"
        for file in files
        for line in wrong(json.loads(file.read_text(encoding="utf-8")))
    ]
    if len(files) < fewest:
        failures.append(f"{len(files)} processes left statistics, of at least {fewest}")
    for line in failures:
        print(line, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
