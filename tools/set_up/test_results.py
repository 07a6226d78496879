"""The end of tools/test: counts Bazel's results, says what was skipped and why, and judges."""

import argparse
import collections
import json
import pathlib
import sys
from typing import Any, Dict, Iterator, List

from components import missing_of, TARGETS
from main import can_install_packages

_PASSED = ("PASSED", "FLAKY")


def _events(path: pathlib.Path) -> Iterator[Dict[str, Any]]:
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            # The last line, when Bazel was killed.
            return


def results(path: pathlib.Path) -> Dict[str, str]:
    """Test -> its status in Bazel's words, or SKIPPED."""
    tests = set()
    found: Dict[str, str] = {}
    for event in _events(path):
        (kind, identity), *_ = event["id"].items()
        label = identity.get("label", "") if isinstance(identity, dict) else ""
        if "testSize" in event.get("configured", {}):
            tests.add(label)
        aborted = event.get("aborted", {}).get("reason")
        if kind == "testSummary":
            status = event.get("testSummary", {}).get("overallStatus", "NO_STATUS")
            found[label] = "NO_STATUS" if aborted else status
        elif kind in ("targetCompleted", "targetConfigured") and aborted and label in tests:
            found[label] = "SKIPPED" if aborted == "SKIPPED" else aborted
    return found


def _target_of(label: str) -> str:
    """The target of a cell, "" for a plain test."""
    name = label.rsplit(".", 1)[-1]
    return name if name in TARGETS else ""


def _tell_skipped(skipped: List[str]) -> bool:
    """Says which tests did not run and why; returns whether tools are missing."""
    groups: Dict[str, List[str]] = collections.defaultdict(list)
    for label in skipped:
        groups[_target_of(label)].append(label)
    tools_are_missing = False
    for target, labels in groups.items():
        lacks = missing_of(target) if target else []
        tools_are_missing |= bool(lacks)
        reason = f"missing here: {', '.join(lacks)} (tools/setup {target})" if lacks else ""
        reason = reason or "they are not for this platform (see their target_compatible_with)"
        print(f"skipped{' for ' + target if target else ''} ({len(labels)}): {reason}")
        for label in [] if lacks else labels:
            print(f"  {label}")
    return tools_are_missing


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/test")
    parser.add_argument("events", type=pathlib.Path)
    parser.add_argument("--bazel-exit", type=int, default=0)
    for name in ("--set-up", "--set-up-failed", "--lint-failed", "--table-failed"):
        parser.add_argument(name, action="store_true")
    return parser.parse_args()


def main() -> int:
    arguments = _arguments()
    statuses = results(arguments.events)
    passed = [label for label, status in statuses.items() if status in _PASSED]
    skipped = sorted(label for label, status in statuses.items() if status == "SKIPPED")
    failed = sorted(set(statuses) - set(passed) - set(skipped))

    print()
    reasons = []
    tools_are_missing = _tell_skipped(skipped)
    if tools_are_missing and arguments.set_up and can_install_packages():
        reasons.append("tools are missing that tools/setup should have installed")
    for label in failed:
        print(f"failed: {label}: {statuses[label]}")
    if arguments.lint_failed:
        reasons.append("tools/lint failed, see above")
    if arguments.set_up_failed and can_install_packages():
        reasons.append("tools/setup failed, see above")
    if arguments.table_failed:
        reasons.append("the README's table of results is not what this machine finds, see above")
    if failed:
        reasons.append("tests failed")
    elif arguments.bazel_exit:
        reasons.append(f"bazel ended with {arguments.bazel_exit}")
    if not passed and not failed:
        reasons.append("no test ran")
    for reason in reasons:
        print(f"tools/test: {reason}")
    print(f"{len(passed)} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 1 if reasons else 0


if __name__ == "__main__":
    sys.exit(main())
