"""When memory counts as grown."""

import math
import unittest

from growth import growth, linear_fit


def _points(bytes_at) -> list:
    return [(float(second), bytes_at(second)) for second in range(0, 1800, 5)]


class GrowthTest(unittest.TestCase):
    def test_a_line_is_found_again(self) -> None:
        slope, at_zero = linear_fit([(x, 3 * x + 7) for x in range(10)])
        self.assertAlmostEqual(slope, 3)
        self.assertAlmostEqual(at_zero, 7)

    def test_what_fills_caches_at_first_and_then_stays_is_no_growth(self) -> None:
        found = growth(_points(lambda s: min(s, 300) * 1e6 + 1e6 * math.sin(s)))
        self.assertFalse(found.is_above(0.01))

    def test_what_grows_slowly_is_growth(self) -> None:
        found = growth(_points(lambda s: 1e8 + s * 2e4))
        self.assertTrue(found.is_above(0.1))
        self.assertAlmostEqual(found.by_fit, 0.21, delta=0.02)

    def test_one_peak_late_is_growth(self) -> None:
        found = growth(_points(lambda s: 2e8 if s == 1700 else 1e8))
        self.assertAlmostEqual(found.by_most, 1)
        self.assertTrue(found.is_above(0.1))

    def test_what_shrinks_is_no_growth(self) -> None:
        self.assertFalse(growth(_points(lambda s: 1e9 - s * 1e5)).is_above(0.0))


if __name__ == "__main__":
    unittest.main()
