"""Makes Debian's Bazel of a later release run beside the system, and build without a network."""

import os
import pathlib
from typing import Iterator, List

from components import TOOLS
from steps import run

_ROOT = TOOLS / "bazel7"
_INSTALLED = _ROOT / "usr/share/bazel"
_JAVA = _ROOT / "usr/lib/jvm/java-21-openjdk-amd64"
_LIBRARIES = _ROOT / "usr/lib/x86_64-linux-gnu"

# The modules that Bazel's own tools name. Debian has these ...
_MODULES = {
    "bazel_features": "tools/features",
    "bazel_skylib": "tools/skylib",
    "platforms": "tools/platforms",
    "rules_cc": "rules/cc",
    "rules_java": "rules/java",
    "rules_license": "rules/license",
    "rules_proto": "rules/proto",
    "rules_python": "rules/python",
}

# ... and programs in C++ need nothing of these.
_EMPTY_MODULES = ["apple_support", "buildozer", "protobuf", "zlib"]

# Libraries that Debian's jars name by a path in the system's /usr.
_MORE_JARS = ["commons-collections3", "error-prone-annotations", "perfmark-api", "protobuf"]


def make_bazel7_run() -> None:
    """{tools}/bazel7/bazel is there when all else is done."""
    for program in _programs():
        _load_own_libraries(program)
    for link in _ROOT.rglob("*"):
        if link.is_symlink():
            _lead_into_root(link)
    _write_class_path()
    for name in _EMPTY_MODULES:
        folder = _ROOT / "modules" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "MODULE.bazel").write_text(f'module(name = "{name}")\n', encoding="utf-8")
    _write_options(_ROOT / "bazelrc")
    _write_launcher(_ROOT / "bazel")


def _programs() -> Iterator[pathlib.Path]:
    yield _ROOT / "usr/bin/bazel"
    yield _JAVA / "bin/java"
    yield _JAVA / "lib/jspawnhelper"
    for program in (_ROOT / "usr/libexec/x86_64-linux-gnu/bazel").iterdir():
        yield program


def _load_own_libraries(program: pathlib.Path) -> None:
    """The system's C library is older than the one that these programs need. An environment variable would also change
    the programs that they start, which are the system's."""
    paths = ["$ORIGIN", "$ORIGIN/../lib", str(_LIBRARIES)]
    loader = str(_LIBRARIES / "ld-linux-x86-64.so.2")
    command = ["patchelf", "--set-interpreter", loader, "--force-rpath", "--set-rpath"]
    run(command + [":".join(paths), str(program)])


def _lead_into_root(link: pathlib.Path) -> None:
    target = os.readlink(link)
    inside = pathlib.Path(f"{_ROOT}{target}")
    if target.startswith("/") and inside.exists():
        link.unlink()
        link.symlink_to(inside)


def _write_class_path() -> None:
    path = _INSTALLED / "bazel_classpath_debian_depends.txt"
    jars = [pathlib.Path(line) for line in path.read_text(encoding="utf-8").split()]
    jars += [pathlib.Path(f"/usr/share/java/{name}.jar") for name in _MORE_JARS]
    ours = [f"{_ROOT}{jar}" for jar in jars if not str(jar).startswith(str(_ROOT))]
    path.write_text("".join(f"{jar}\n" for jar in ours), encoding="utf-8")


def _write_options(path: pathlib.Path) -> None:
    """What /etc/bazel/bazelrc would be, for this folder."""
    lines: List[str] = [
        "# Written by tools/setup.",
        f"startup --install_base={_INSTALLED}",
        "startup --trust_install_base",
        f"startup --server_javabase={_JAVA}",
        "common --noenable_workspace",
    ]
    lines += [f"common --override_module={n}={_INSTALLED / f}" for n, f in _MODULES.items()]
    lines += [f"common --override_module={n}={_ROOT / 'modules' / n}" for n in _EMPTY_MODULES]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _write_launcher(path: pathlib.Path) -> None:
    text = f"""#!/bin/sh
# Written by tools/setup.
exec {_ROOT}/usr/bin/bazel --nosystem_rc --bazelrc={_ROOT}/bazelrc "$@"
"""
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
