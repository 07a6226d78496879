"""Installs what the build, the tests and the targets need; see --help."""

import argparse
import fcntl
import os
import shutil
import signal
import subprocess
import sys
from typing import Any, Callable, Dict, List, Optional, Tuple

if sys.version_info < (3, 9):
    sys.exit("tools/setup: Python 3.9 or later is needed, this is " + sys.version.split()[0])

import apt
import bazel7
import wine
from components import BUILD_COMPONENTS, COMPONENTS, TARGETS, TOOLS, WORKSPACE
from components import is_present, missing_files, missing_of, needs_of, users_of
from steps import Progress, retried, run, say, SetUpError

_DESCRIPTION = """\
Installs what Atoll's build, tests and targets need, and leaves alone what is installed already.

As root on Debian 12 or 13 (amd64) it installs packages. It unpacks some components outside of the
system's folders, into {tools}, which ATOLL_TOOLS changes. On other systems, and without root, it
installs what it can and lists what is missing."""

_EXAMPLES = """\
examples:
  tools/setup                    everything, for all targets
  tools/setup linux_arm64        what one target needs
  tools/setup --targets          what all targets need
  tools/setup --build            what building for this machine needs, nothing else
  tools/setup --check            install nothing; list what is missing
"""

_AFTER: Dict[str, Callable[[], None]] = {
    "make_bazel7_run": bazel7.make_bazel7_run,
    "make_wine32_prefix": wine.make_wine32_prefix,
    "make_wine64_prefix": wine.make_wine64_prefix,
    "make_wine_arm64_prefix": wine.make_wine_arm64_prefix,
}

Step = Tuple[str, Callable[[], None]]


def _is_root() -> bool:
    return os.geteuid() == 0


def can_install_packages() -> bool:
    return _is_root() and apt.is_supported()


def _lacks_system_files(name: str) -> bool:
    """Whether packages must be installed. (Other steps see to the files in {tools}.)"""
    return any(not f.startswith("{tools}") for f in missing_files(name))


def _lacks_unpacked_files(name: str) -> bool:
    unpack = COMPONENTS[name].get("unpack")
    if not unpack:
        return False
    return any(f.startswith("{tools}/" + unpack["into"] + "/") for f in missing_files(name))


def _wants_plain_package(unpack: Dict[str, Any]) -> bool:
    version = unpack.get("plain_from")
    if not version or not can_install_packages():
        return False
    return all(apt.is_at_least(package, version) for package in unpack["packages"])


# --- Installing ---


def _packages_of(name: str) -> List[str]:
    return COMPONENTS[name].get("packages", []) if _lacks_system_files(name) else []


def _install_packages(names: List[str]) -> None:
    """All at once. If that fails, one component after the other, to find the one that fails."""
    try:
        apt.install(sorted({p for name in names for p in _packages_of(name)}))
        return
    except SetUpError:
        if len(names) == 1:
            raise
    failures: List[str] = []
    for name in names:
        try:
            apt.install(_packages_of(name))
        except SetUpError as error:
            failures.append(f"{name}: {error}")
    if failures:
        raise SetUpError("\n".join(failures))


def _unpack(name: str) -> None:
    unpack = COMPONENTS[name]["unpack"]
    into = TOOLS / unpack["into"]
    if _wants_plain_package(unpack):
        apt.install(unpack["packages"])
        apt.point_to_system(into)
        return
    apt.unpack(unpack, into)


def _install_npm(name: str) -> None:
    folder = TOOLS / "npm"
    folder.mkdir(parents=True, exist_ok=True)
    # This retries itself, because npm's own retries wait a minute.
    command = ["npm", "install", "--no-audit", "--no-fund", "--fetch-retries=0"]
    run(command + ["--prefix", str(folder), COMPONENTS[name]["npm"]], timeout=300, tries=retried())


def _steps_beside_the_system(name: str) -> List[Step]:
    """The remaining steps of a component when its packages are installed."""
    component = COMPONENTS[name]
    steps: List[Step] = []
    if _lacks_unpacked_files(name):
        steps.append((f"setting up {name} in {TOOLS}", lambda: _unpack(name)))
    if "npm" in component and any(f.startswith("{tools}") for f in missing_files(name)):
        what = f"installing {component['npm']} into {TOOLS}/npm"
        steps.append((what, lambda: _install_npm(name)))
    if "after" in component and apt.is_supported():
        what = component["after"].replace("_", " ").replace("make", "making")
        steps.append((f"{what} in {TOOLS}", _AFTER[component["after"]]))
    return steps


def _is_possible(name: str) -> Optional[str]:
    """None, or why a component cannot be installed here."""
    if not apt.is_supported() and ("unpack" in COMPONENTS[name] or _lacks_system_files(name)):
        return "only installed on Debian 12 or 13 (amd64)"
    if _lacks_system_files(name) and not _is_root():
        return "only installed as root"
    if not _is_writable(TOOLS) and any(f.startswith("{tools}") for f in missing_files(name)):
        return f"{TOOLS} is not writable; ATOLL_TOOLS may name another folder"
    return None


def _is_writable(folder: os.PathLike) -> bool:
    path = os.fspath(folder)
    while not os.path.exists(path):
        path = os.path.dirname(path)
    return os.access(path, os.W_OK)


def _install(names: List[str]) -> None:
    """Installs everything that is missing and possible; reports failures and goes on."""
    names = [name for name in names if not is_present(name) and _is_possible(name) is None]
    if not names:
        return
    say(f"to install ({len(names)}):")
    for name in names:
        say(f"  {name:28} {_why(name)}")
    from_debian = [name for name in names if _packages_of(name)]
    beside = [(name, step) for name in names for step in _steps_beside_the_system(name)]
    progress = Progress(len(beside) + (2 if from_debian else 0))
    if from_debian:
        progress.step("refreshing the package lists", apt.update)
        count = len({p for name in from_debian for p in _packages_of(name)})
        what = f"installing {count} Debian packages and what they need"
        progress.step(what, lambda: _install_packages(from_debian))
    failed = {name for name in from_debian if _lacks_system_files(name)}
    for name, (what, action) in beside:
        if name in failed or not progress.step(what, action):
            failed.add(name)


def _with_lock(action: Callable[[], None]) -> None:
    """One set-up of this workspace at a time. The lock is on this file, so no lock file stays."""
    with open(__file__, encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another tools/setup to end ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        action()


def _stop_bazel() -> None:
    """The build looks at the machine when its server starts."""
    if not shutil.which("bazel"):
        return
    command = ["bazel", "--noblock_for_lock", "shutdown"]
    quiet = subprocess.DEVNULL
    code = subprocess.call(command, cwd=WORKSPACE, stdin=quiet, stdout=quiet, stderr=quiet)
    if code:
        say("a build is running; run 'bazel shutdown' when it has ended, to let it see what is new")


# --- Reports ---


def _why(name: str) -> str:
    return COMPONENTS[name]["why"]


def _advice(names: List[str]) -> List[str]:
    """The commands that an administrator would run for these components."""
    if apt.is_supported():
        packages = sorted({p for name in names for p in _packages_of(name)})
        lines = []
        if packages and not _is_root():
            lines.append("as root: apt-get install --no-install-recommends " + " ".join(packages))
            lines.append("then, as yourself: the same tools/setup again")
        elif all(_is_possible(name) is None for name in names):
            everything = set(names) == {n for n in COMPONENTS if not is_present(n)}
            lines.append("tools/setup" + ("" if everything else " " + " ".join(names)))
        return lines
    return [
        "this is not Debian 12 or 13 on amd64: install the equivalent of these Debian packages,",
        "so that the files are there; without them their targets are skipped",
    ]


def _tell_missing(names: List[str]) -> None:
    say(f"missing here ({len(names)}):")
    for name in names:
        reason = _is_possible(name)
        say(f"  {name:28} {_why(name)}" + (f"; {reason}" if reason else ""))
        packages = COMPONENTS[name].get("packages")
        if packages and not apt.is_supported():
            say(f"  {'':28} Debian packages: {' '.join(packages)}")
        if reason is None or not apt.is_supported():
            lacks = [f.format(tools=TOOLS) for f in missing_files(name)]
            say(f"  {'':28} not there: {' '.join(lacks)}")
    for line in _advice(names):
        say(line)


def _check(names: List[str], targets: List[str]) -> int:
    """Prints one line per component, and one per target."""
    missing = [name for name in names if not is_present(name)]
    for name in names:
        state = "missing" if name in missing else "present"
        remedy = f"; {_is_possible(name) or f'tools/setup {name}'}" if name in missing else ""
        print(f"{state:8} {name:28} {_why(name)}{remedy}")
    print()
    for target in targets:
        lacks = missing_of(target)
        print(f"{'missing' if lacks else 'ready':8} {target:28} {', '.join(lacks)}".rstrip())
    if missing:
        print("\nwhat to do:")
        for line in _advice(missing):
            print(f"  {line}")
    return 1 if missing else 0


def _list() -> int:
    print("components:")
    for name in COMPONENTS:
        targets = f" ({', '.join(users_of(name))})" if len(users_of(name)) > 1 else ""
        print(f"  {name:28} {_why(name)}{targets}")
    print("targets:")
    for target in TARGETS:
        print(f"  {target:28} {', '.join(TARGETS[target]['needs']) or 'nothing more'}")
    return 0


# --- The command ---


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tools/setup",
        description=_DESCRIPTION.format(tools=TOOLS),
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="COMPONENT|TARGET", help="only these")
    parser.add_argument("--build", action="store_true", help="only what every build needs")
    parser.add_argument("--targets", action="store_true", help="only what the targets need")
    parser.add_argument("--check", action="store_true", help="only list what is missing; exit 1 if any")
    parser.add_argument("--list", action="store_true", help="list the components and the targets")
    return parser


def _chosen(arguments: argparse.Namespace) -> Tuple[List[str], List[str]]:
    """The components and the targets that are asked for; ValueError for a name that is neither."""
    unknown = [n for n in arguments.names if n not in COMPONENTS and n not in TARGETS]
    if unknown:
        raise ValueError(f"no such component or target: {', '.join(unknown)} (see --list)")
    if not arguments.names and not arguments.build and not arguments.targets:
        return list(COMPONENTS), list(TARGETS)
    targets = [n for n in TARGETS if arguments.targets or n in arguments.names]
    names = list(BUILD_COMPONENTS) if arguments.build else []
    for target in targets:
        names += needs_of(target)
    names += [n for n in arguments.names if n in COMPONENTS]
    return list(dict.fromkeys(names)), targets


def _set_up(names: List[str]) -> int:
    missing = [name for name in names if not is_present(name)]
    if missing:
        try:
            _with_lock(lambda: _install(names))
        finally:
            apt.close()
        still = [name for name in names if not is_present(name)]
        if set(still) != set(missing):
            _stop_bazel()
        missing = still
    if missing:
        _tell_missing(missing)
        return 1
    say(f"tools/setup: all of {len(names)} components are there")
    return 0


def _interrupt(_signal: int, _frame: Any) -> None:
    raise KeyboardInterrupt


def main() -> int:
    parser = _parser()
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        names, targets = _chosen(arguments)
    except ValueError as error:
        parser.error(str(error))
    if arguments.list:
        return _list()
    if arguments.check:
        return _check(names, targets)
    return _set_up(names)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        say("tools/setup: interrupted; started again, it goes on where it was")
        sys.exit(130)
    except (OSError, SetUpError) as problem:
        sys.exit(f"tools/setup: {problem}")
