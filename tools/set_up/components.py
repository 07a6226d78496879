"""The tables of targets and components, and which components are on this machine."""

import os
import pathlib
import shutil
from typing import Any, Dict, List

WORKSPACE = pathlib.Path(__file__).resolve().parent.parent.parent


def _load(path: str) -> Dict[str, Any]:
    """The variables of a .bzl file that holds literals only."""
    variables: Dict[str, Any] = {}
    exec((WORKSPACE / path).read_text(encoding="utf-8"), variables)  # pylint: disable=exec-used
    return variables


_COMPONENTS = _load("toolchains/components.bzl")
COMPONENTS: Dict[str, Dict[str, Any]] = _COMPONENTS["COMPONENTS"]
BUILD_COMPONENTS: List[str] = _COMPONENTS["BUILD_COMPONENTS"]
TEST_COMPONENTS: List[str] = _COMPONENTS["TEST_COMPONENTS"]
TARGETS: Dict[str, Dict[str, Any]] = _load("platforms/targets.bzl")["TARGETS"]


def _tools_dir() -> pathlib.Path:
    """The same as in toolchains/local_tools.bzl, so that the build sees what is set up here."""
    if os.environ.get("ATOLL_TOOLS"):
        return pathlib.Path(os.environ["ATOLL_TOOLS"]).absolute()
    shared = pathlib.Path("/opt/atoll")
    if os.geteuid() == 0 or shared.exists():
        return shared
    return pathlib.Path.home() / ".local/share/atoll"


TOOLS = _tools_dir()


def missing_files(name: str) -> List[str]:
    """The files of a component that are missing; none: the component is present."""
    component = COMPONENTS[name]
    if _is_elsewhere(component.get("command")):
        return []
    return [f for f in component["files"] if not os.path.exists(f.format(tools=TOOLS))]


def _is_elsewhere(command: Any) -> bool:
    """Whether PATH has a command that is not Debian's."""
    path = shutil.which(command) if command else None
    return path is not None and os.path.dirname(path) not in ("/usr/bin", "/bin")


def is_present(name: str) -> bool:
    return not missing_files(name)


def needs_of(target: str) -> List[str]:
    """All components that building and testing a target needs."""
    return BUILD_COMPONENTS + TEST_COMPONENTS + TARGETS[target]["needs"]


def users_of(name: str) -> List[str]:
    """The targets that need a component."""
    return [t for t in TARGETS if name in TARGETS[t]["needs"]]


def missing_of(target: str) -> List[str]:
    return [name for name in needs_of(target) if not is_present(name)]
