"""The arithmetic of a comparison."""

import dataclasses
import unittest

import harness
import ratios
from samples import Sample


class Ratios(unittest.TestCase):
    def test_quartiles_lie_between_neighbours(self) -> None:
        self.assertEqual(ratios.quartiles([4, 1, 3, 2, 5]), (2, 3, 4))
        self.assertEqual(ratios.quartiles([1, 2, 3, 4]), (1.75, 2.5, 3.25))
        self.assertEqual(ratios.quartiles([7]), (7, 7, 7))

    def test_geometric_mean_weighs_factors_equally(self) -> None:
        self.assertAlmostEqual(ratios.geometric_mean([1, 100]), 10)
        self.assertAlmostEqual(ratios.geometric_mean([0.5, 2, 1]), 1)

    def test_a_median_is_not_moved_by_one_slow_round(self) -> None:
        (row,) = ratios.figures(harness.rounds("w", "glibc", [1, 2, 50]), ratios.seconds)
        self.assertEqual(row.medians, {"glibc": 2})

    def test_the_best_peer_of_a_row_is_never_atoll(self) -> None:
        samples = harness.table({"w": {"atoll": 1, "glibc": 3, "mimalloc": 2}})
        (row,) = ratios.figures(samples, ratios.seconds)
        self.assertEqual(row.best_peer(), "mimalloc")

    def test_ratios_are_taken_round_by_round(self) -> None:
        # The machine was ten times slower in the second round: the ratio is the same.
        samples = harness.rounds("w", "atoll", [2, 20, 3]) + harness.rounds("w", "glibc", [1, 10, 1])
        (row,) = ratios.figures(samples, ratios.seconds)
        self.assertEqual(row.to_best(), ratios.Ratio(2, 2, 2.5))

    def test_who_failed_once_has_no_result(self) -> None:
        samples = harness.rounds("w", "atoll", [1, 1]) + harness.rounds("w", "glibc", [1, 1])
        samples.append(Sample(3, "w", harness.SINGLE, "atoll", problem="failed: exit 1"))
        (row,) = ratios.figures(samples, ratios.seconds)
        self.assertEqual(list(row.medians), ["glibc"])
        self.assertIsNone(row.to_best())
        self.assertEqual(row.problems, {"atoll": "failed: exit 1"})

    def test_memory_is_another_measure_of_the_same_samples(self) -> None:
        samples = harness.rounds("w", "glibc", [1, 2, 3], [30, 10, 20])
        (row,) = ratios.figures(samples, ratios.peak_bytes)
        self.assertEqual(row.medians, {"glibc": 20})


class Summaries(unittest.TestCase):
    VALUES = {
        "a": {"atoll": 2.0, "glibc": 1.0, "mimalloc": 4.0},
        "b": {"atoll": 2.0, "glibc": 8.0, "mimalloc": 1.0},
        "c": {"atoll": 1.0, "glibc": 8.0, "mimalloc": 2.0},
    }

    def summary(self, values=None, limit=1.25) -> ratios.Summary:
        samples = harness.table(values or self.VALUES)
        return ratios.summary(ratios.figures(samples, ratios.seconds), limit)

    def test_the_best_single_peer_has_the_smallest_mean(self) -> None:
        found = self.summary()
        self.assertEqual(found.best_peer, "mimalloc")
        self.assertAlmostEqual(found.means["mimalloc"], 2)
        self.assertAlmostEqual(found.ratio, 4 ** (1 / 3) / 2)

    def test_rows_above_the_limit_are_by_their_own_best_peer(self) -> None:
        self.assertEqual(self.summary().above, {"a": 2.0, "b": 2.0})
        self.assertEqual(self.summary(limit=2).above, {})

    def test_a_row_that_somebody_lacks_is_left_out_and_named(self) -> None:
        values = {**self.VALUES, "d": {"atoll": 9.0, "glibc": 1.0}}
        found = self.summary(values)
        self.assertEqual((found.rows, found.left_out), (3, ["d"]))
        self.assertEqual(dataclasses.replace(found, left_out=[], above={}).means["glibc"], 4)
        # It is a loss for all that.
        self.assertEqual(found.above["d"], 9)

    def test_without_atoll_there_is_no_ratio(self) -> None:
        found = self.summary({"a": {"glibc": 1.0}})
        self.assertIsNone(found.ratio)
        self.assertEqual(found.best_peer, "glibc")
        self.assertEqual(found.above, {})


if __name__ == "__main__":
    unittest.main()
