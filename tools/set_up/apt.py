"""Debian's packages: installed as usual, or unpacked outside of the system's folders."""

import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
from typing import Any, Dict, List, Optional, Tuple

import sources
from steps import retried, run, say, SetUpError

_ENVIRONMENT = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
_PATIENCE = ["-o", "Acquire::Retries=3", "-o", "DPkg::Lock::Timeout=600"]

# The file with the versions of unpacked packages, in the folder into which they are unpacked.
VERSIONS = "versions"

# Files of an unpacked package that nobody reads.
_DROPPED = ["doc", "doc-base", "info", "lintian", "locale", "man", "menu"]


def is_supported() -> bool:
    """Whether the table of components is written for this Debian."""
    release = sources.os_release()
    if release.get("ID") != "debian" or not shutil.which("apt-get"):
        return False
    command = ["dpkg", "--print-architecture"]
    architecture = subprocess.run(command, check=False, capture_output=True, text=True)
    return architecture.stdout.strip() == "amd64"


def update() -> None:
    """Refreshes the lists; goes on if a repository fails."""
    try:
        run(["apt-get", "update"] + _PATIENCE, env=_ENVIRONMENT, tries=retried())
    except SetUpError as error:
        say(f"(not all package lists could be refreshed; going on with what there is)\n{error}")


def install(packages: List[str]) -> None:
    command = ["apt-get", "install", "-y", "--no-install-recommends"] + _PATIENCE + packages
    run(command, env=_ENVIRONMENT, tries=retried())


def is_at_least(package: str, version: str) -> bool:
    """Whether the machine's own release has this version of a package, or a later one."""
    policy = subprocess.run(
        ["apt-cache", "policy", package],
        check=False,
        capture_output=True,
        env={**os.environ, **_ENVIRONMENT},
        text=True,
    ).stdout
    candidates = [line.split()[1] for line in policy.splitlines() if "Candidate:" in line]
    if not candidates or candidates[0] == "(none)":
        return False
    return subprocess.call(["dpkg", "--compare-versions", candidates[0], "ge", version]) == 0


def _by_version(name: str) -> List[int]:
    """Puts names in the order of the numbers in them."""
    return [int(number) for number in re.findall(r"\d+", name)]


class PrivateApt:
    """An apt of one suite and one architecture, with a state of its own in a temporary folder."""

    def __init__(self, suite: str, architecture: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="atoll-apt-")
        root = pathlib.Path(self._folder.name)
        for name in ("lists/partial", "cache/archives/partial", "parts", "state"):
            (root / name).mkdir(parents=True)
        (root / "status").touch()
        source = sources.main_source().for_suite(suite or sources.own_suite())
        (root / "parts/main.sources").write_text(source, encoding="utf-8")
        settings = {
            "Dir::Etc::sourcelist": "/dev/null",
            "Dir::Etc::sourceparts": root / "parts",
            "Dir::State": root / "state",
            "Dir::State::lists": root / "lists",
            "Dir::State::status": root / "status",
            "Dir::Cache": root / "cache",
            "APT::Architecture": architecture,
            "APT::Architectures": architecture,
            "APT::Sandbox::User": "root",
            "Acquire::Languages": "none",
            "Debug::NoLocking": "true",
        }
        options = [word for key in settings for word in ("-o", f"{key}={settings[key]}")]
        self._apt_cache = ["apt-cache"] + options
        self._apt_get = ["apt-get"] + options + _PATIENCE
        self._archives = root / "cache/archives"
        self._update()

    def _update(self) -> None:
        command = self._apt_get + ["-o", "APT::Update::Error-Mode=any", "update"]
        run(command, env=_ENVIRONMENT, tries=retried())

    def download(self, packages: List[str], closure: bool) -> List[pathlib.Path]:
        """Fetches packages, alone or with all that they depend on."""
        for old in self._archives.glob("*.deb"):
            old.unlink()
        command = ["download"]
        if closure:
            command = ["install", "-y", "--no-install-recommends", "--download-only"]
        run(
            self._apt_get + command + packages,
            env=_ENVIRONMENT,
            cwd=self._archives,
            tries=retried(),
        )
        return sorted(self._archives.glob("*.deb"))

    def download_newest(self, pattern: str) -> List[pathlib.Path]:
        """Fetches the newest available package whose name matches.

        A mirror may list a package for a day before it has it, and lists the one before too.
        """
        command = self._apt_cache + ["search", "--names-only", f"^{pattern}$"]
        found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        names = sorted((line.split()[0] for line in found.splitlines()), key=_by_version)
        if not names:
            raise SetUpError(f"no package is named {pattern}")
        while True:
            name = names.pop()
            try:
                return self.download([name], closure=False)
            except SetUpError as error:
                if not names:
                    raise
                say(f"({name} is not available; going on with {names[-1]})\n{error}")

    def dependencies(self, packages: List[str], like: List[str]) -> List[str]:
        """The packages that these depend on, directly or not, whose names match one of the patterns."""
        kinds = ["suggests", "recommends", "conflicts", "breaks", "replaces", "enhances"]
        command = self._apt_cache + ["depends", "--recurse"] + [f"--no-{kind}" for kind in kinds]
        found = subprocess.run(command + packages, check=True, capture_output=True, text=True)
        names = {line for line in found.stdout.splitlines() if re.fullmatch(r"[a-z0-9][-+.a-z0-9]*", line)}
        return sorted(n for n in names if any(re.fullmatch(pattern, n) for pattern in like))

    def close(self) -> None:
        self._folder.cleanup()


_private: Dict[Tuple[str, str], PrivateApt] = {}


def _private_apt(suite: str, architecture: str) -> PrivateApt:
    key = (suite, architecture)
    if key not in _private:
        _private[key] = PrivateApt(suite, architecture)
    return _private[key]


def close() -> None:
    """Removes the private states."""
    while _private:
        _private.popitem()[1].close()


def unpack(what: Dict[str, Any], into: pathlib.Path) -> None:
    """Unpacks packages into a folder, which appears whole or not at all. For `what`, see "unpack"
    in toolchains/components.bzl."""
    private = _private_apt(what["suite"], what["architecture"])
    packages: List[str] = what["packages"]
    if what.get("newest"):
        archives = [archive for each in packages for archive in private.download_newest(each)]
    else:
        some = private.dependencies(packages, what["dependencies"]) if "dependencies" in what else []
        archives = private.download(sorted({*packages, *some}), what["closure"])
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{into.name}-", dir=into.parent) as folder:
        fresh = pathlib.Path(folder) / into.name
        fresh.mkdir(mode=0o755)
        only: List[str] = what.get("only", [])
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            list(pool.map(lambda archive: _extract(archive, fresh, only), archives))
        _write_versions(archives, fresh / VERSIONS)
        replace(fresh, into)


def _write_versions(archives: List[pathlib.Path], path: pathlib.Path) -> None:
    """Lists the unpacked packages, which dpkg does not know: in each line a name and a version."""
    command = ["dpkg-deb", "--show", "--showformat=${Package} ${Version}\\n"]
    with open(path, "wb") as file:
        for archive in archives:
            subprocess.run(command + [archive], check=True, stdout=file)


def _extract(archive: pathlib.Path, into: pathlib.Path, only: List[str]) -> None:
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", archive], stdout=subprocess.PIPE) as deb:
        excluded = [f"--exclude=./usr/share/{name}" for name in _DROPPED]
        tar = ["tar", "-x", "--no-same-owner", "-C", str(into)] + excluded + only
        code = subprocess.call(tar, stdin=deb.stdout)
    if code or deb.returncode:
        raise SetUpError(f"{archive.name} could not be unpacked (is the disk full?)")


def point_to_system(into: pathlib.Path) -> None:
    """{tools}/INTO/usr is the system's own /usr."""
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{into.name}-", dir=into.parent) as folder:
        fresh = pathlib.Path(folder) / into.name
        fresh.mkdir(mode=0o755)
        (fresh / "usr").symlink_to("/usr")
        replace(fresh, into)


def replace(fresh: pathlib.Path, into: pathlib.Path) -> None:
    """Renames a finished folder into place, an old one out of the way first."""
    old: Optional[pathlib.Path] = None
    if into.exists():
        old = fresh.parent / "old"
        into.rename(old)
    fresh.rename(into)
