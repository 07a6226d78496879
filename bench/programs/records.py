"""Records as JSON text: written, read, changed and written again, whole and one by one."""

import json
from typing import Any, Dict

_COUNT = 6_000


def _record(number: int) -> Dict[str, Any]:
    return {
        "id": number,
        "name": f"record {number} \u00e9\n",
        "tags": [f"tag{number * i % 101}" for i in range(1, 2 + number % 5)],
        "place": {"x": number * 0.25, "y": -number / 3, "city": None if number % 3 else "here"},
        "open": number % 2 == 0,
        "history": [{"at": number * i, "what": f"event {i}"} for i in range(number % 4)],
    }


def main() -> None:
    text = json.dumps([_record(number) for number in range(_COUNT)])
    total = len(text)
    for turn in range(3):
        records = json.loads(text)
        # Every other one goes, and others come.
        records = records[turn % 2 :: 2] + [_record(_COUNT + i) for i in range(_COUNT // 2)]
        text = json.dumps(records, indent=turn or None, sort_keys=True)
        total += len(text)
    lines = [json.dumps(record) for record in json.loads(text)]
    total += sum(len(json.loads(line)["tags"]) for line in lines)
    assert len(lines) == _COUNT
    assert total == 6416127, total


main()
