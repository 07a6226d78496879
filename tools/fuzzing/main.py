"""Searches for inputs that break the code, with libFuzzer; see --help."""

import argparse
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
from typing import Dict, List, NoReturn

if sys.version_info < (3, 9):
    print("tools/fuzz: Python 3.9 or later is needed", file=sys.stderr)
    sys.exit(2)

import corpus
import runner

# Not resolved: where the build links sources into a folder of its own, that folder counts.
_ROOT = pathlib.Path(os.path.abspath(__file__)).parent.parent.parent

_DESCRIPTION = """\
Searches for inputs that break the code, with libFuzzer, AddressSanitizer and
UndefinedBehaviorSanitizer. It begins with the inputs in the tree and with those that earlier runs
on this machine found worth keeping."""

_EPILOG = """\
exit codes: 0 nothing broke, 1 something did, 2 bad arguments, 3 the fuzzer could not be built

examples:
  tools/fuzz --list
  tools/fuzz fixed_heap --minutes 60
  tools/fuzz heap --minutes 10 --keep
"""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        _fail(message)


def _fail(message: str, code: int = 2) -> NoReturn:
    print("tools/fuzz:", " ".join(message.split()), file=sys.stderr)
    sys.exit(code)


def fuzzers() -> Dict[str, pathlib.Path]:
    """Every fuzzer's name, and its file of inputs."""
    return {path.stem: path for path in sorted(_ROOT.glob("tests/*/corpus/*.inc"))}


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0
    if not 0 < minutes <= 7 * 24 * 60:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of minutes, up to a week")
    return minutes


def _arguments(arguments: List[str]) -> argparse.Namespace:
    parser = _Parser(
        prog="tools/fuzz",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("name", metavar="NAME", nargs="?", help="which fuzzer")
    parser.add_argument("--list", action="store_true", help="print the names of all fuzzers")
    parser.add_argument("--minutes", type=_minutes, default=10, help="how long; 10 if not given")
    parser.add_argument(
        "--keep",
        action="store_true",
        help="write what is worth keeping, and what broke something, into the tree's file of inputs",
    )
    return parser.parse_args(arguments)


def _build(name: str, inputs: pathlib.Path) -> pathlib.Path:
    folder = inputs.parent.parent.relative_to(_ROOT)
    print(f"tools/fuzz: building {name} ...", file=sys.stderr, flush=True)
    quiet = ["--color=no", "--curses=no", "--noshow_progress", "--ui_event_filters=-info"]
    options = ["--config=fuzz", "--show_result=0", *quiet]
    try:
        done = subprocess.run(
            ["bazel", "build", *options, f"//{folder}:{name}"], check=False, cwd=_ROOT, stdout=sys.stderr
        )
    except FileNotFoundError:
        _fail("there is no Bazel here: tools/setup --build", 3)
    program = _ROOT / "bazel-bin" / folder / name
    if done.returncode != 0 or not program.exists():
        _fail("the fuzzer could not be built; tools/setup fuzzers installs what it needs", 3)
    return program


def _work_folder(name: str) -> pathlib.Path:
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(cache) / "atoll/fuzz" / name


def _keep(program: pathlib.Path, known: List[corpus.Input], folder: pathlib.Path, inputs: pathlib.Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        merged = pathlib.Path(scratch) / "merged"
        runner.merge(program, folder, merged, corpus.options(inputs))
        kept = corpus.pack(merged)
    corpus.write(inputs, [item for item in known if item.comment] + kept)
    print(f"tools/fuzz: {inputs.relative_to(_ROOT)} has {len(corpus.read(inputs))} inputs")


def _report_found(program: pathlib.Path, result: runner.Result, options: List[str]) -> corpus.Input:
    assert result.found is not None
    found = corpus.Input(runner.minimise(program, result.found, options), result.failure)
    print(f"tools/fuzz: FOUND: {result.failure}\n{corpus.line_of(found)}")
    print("tools/fuzz: repeat it with", shlex.join([str(program), *options, str(result.found)]))
    return found


def _run(name: str, inputs: pathlib.Path, arguments: argparse.Namespace) -> int:
    known = corpus.read(inputs)
    options = corpus.options(inputs)
    built = _build(name, inputs)
    work = _work_folder(name)
    folder = work / "corpus"
    corpus.unpack(known, folder)
    # The next build may not replace the program while it runs.
    program = work / name
    program.unlink(missing_ok=True)
    shutil.copy2(built, program)
    result = runner.fuzz(program, folder, max(1, round(arguments.minutes * 60)), options)
    if result.found is not None:
        known.insert(0, _report_found(program, result, options))
    elif result.failure:
        _fail(result.failure, 1)
    if arguments.keep:
        _keep(program, known, folder, inputs)
    return 1 if result.found is not None else 0


def main() -> int:
    arguments = _arguments(sys.argv[1:])
    known = fuzzers()
    if arguments.list:
        print("\n".join(known))
        return 0
    if arguments.name is None:
        _fail("which fuzzer? --list names them")
    if arguments.name not in known:
        _fail(f"there is no fuzzer {arguments.name!r}, only {', '.join(known)}")
    try:
        return _run(arguments.name, known[arguments.name], arguments)
    except corpus.CorpusError as error:
        _fail(str(error))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
