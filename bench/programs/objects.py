"""Dictionaries of lists, texts that are built, split and joined, objects that come and go."""


class Record:
    """An object with a dictionary of its own."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.parts = [f"word{number * i % 1013}" for i in range(1, 2 + number % 7)]
        self.text = " ".join(self.parts)


def main() -> None:
    records = {number: Record(number) for number in range(1, 40_001)}
    counts = {}
    for record in records.values():
        for part in record.text.split():
            counts.setdefault(part, []).append(record.number)
    total = sum(len(part) * len(numbers) for part, numbers in counts.items())
    # Every other one goes, and others come.
    for number in range(1, 40_001, 2):
        del records[number]
    for number in range(-40_000, 0):
        record = Record(-number)
        record.text = record.text.replace("word", "another word") * 3
        records[number] = record
        total += len(record.text)
    assert len(records) == 60_000
    assert total == 8618207, total


main()
