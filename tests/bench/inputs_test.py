"""The inputs of real programs are the same in every comparison."""

import hashlib
import os
import pathlib
import subprocess
import unittest

import inputs


class Inputs(unittest.TestCase):
    def test_random_numbers_are_the_same_everywhere(self) -> None:
        random = inputs.Random(1)
        self.assertEqual([random.below(1000) for _ in range(5)], [774, 153, 196, 870, 34])

    def test_a_schedule_is_the_same_file(self) -> None:
        text = pathlib.Path(inputs.schedule()).read_bytes()
        self.assertEqual(hashlib.sha256(text).hexdigest()[:16], "9955729c823a57ba")
        self.assertEqual(text.count(b"("), text.count(b")"))

    @unittest.skipUnless(os.path.exists("/usr/bin/git"), "no git")
    def test_a_repository_is_the_same_one(self) -> None:
        git = ["/usr/bin/git", f"--git-dir={inputs.repository()}"]
        head = subprocess.run(git + ["rev-parse", "HEAD"], check=True, capture_output=True).stdout
        # A commit's name is a sum over all that led to it.
        self.assertEqual(head.decode().strip(), "37987524fad769253c155a0510d4155266676fae")
        subprocess.run(git + ["fsck", "--full"], check=True, capture_output=True)

    def test_each_is_made_once(self) -> None:
        self.assertEqual(inputs.schedule(), inputs.schedule())


if __name__ == "__main__":
    unittest.main()
