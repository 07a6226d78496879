"""Checks the sources; see tools/lint."""

import argparse
import ast
import concurrent.futures
import hashlib
import os
import pathlib
import re
import subprocess
import sys
from typing import Callable, Dict, Iterable, List, Set, Tuple

import layers
from components import is_present, TOOLS, WORKSPACE

_CLANG_FORMAT = "clang-format-19"
_CLANG_TIDY = "clang-tidy-19"
_BUILDIFIER = TOOLS / "npm/node_modules/.bin/buildifier"

_TIDY_FOLDERS = ("src/", "os/")

# Folders that need the headers of another target, by the component that has them.
_WASI = "/usr/include/wasm32-wasi"
_WASI_CXX = "/usr/lib/llvm-19/include/wasm32-wasi/c++/v1"
_FREESTANDING = "freestanding-headers"


def _freestanding(triple: str, *flags: str) -> Tuple[str, List[str]]:
    shared = (WORKSPACE / "freestanding/flags.txt").read_text(encoding="utf-8").split()
    # With it clang-tidy mistakes every declaration of another file's variable for its definition.
    shared.remove("-fno-threadsafe-statics")
    return _FREESTANDING, ["--target=" + triple, *flags, *shared]


def _firmware(headers: str) -> Tuple[str, List[str]]:
    return "gcc-arm-none-eabi", ["--target=armv7m-none-eabi", "-isystem", headers]


_WINDOWS = ("g++-mingw-w64-x86-64-posix", ["--target=x86_64-w64-mingw32"])

_TIDY_TARGETS = {
    "os/arm64/": _freestanding("aarch64-none-elf"),
    "os/bsd/": _freestanding("x86_64-unknown-freebsd14"),
    "os/darwin/": _freestanding("arm64-apple-macos12"),
    "os/plan9/native/": _freestanding("x86_64-unknown-none-elf", "-DATOLL_GOOS=kPlan9"),
    "os/windows/": _WINDOWS,
    "os/wasm/": ("wasi-libc", ["--target=wasm32-wasi", "-isystem", _WASI_CXX, "-isystem", _WASI]),
    "src/malloc/darwin/": _freestanding("arm64-apple-macos12"),
    "src/malloc/firmware/newlib": _firmware("/usr/include/newlib"),
    "src/malloc/firmware/picolibc": _firmware("/usr/lib/picolibc/arm-none-eabi/include"),
    "src/malloc/windows/": _WINDOWS,
}

_TIDY_FLAGS = ["-std=c++20", "-I.", "-Wno-pragma-once-outside-header"]
# The analyzer gives up on a function earlier than it would: a fifth of the time.
_TIDY_FLAGS += ["-Xclang", "-analyzer-config", "-Xclang", "max-nodes=20000"]
_STAMPS = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
_STAMPS = _STAMPS / "atoll/clang-tidy"

# clang-tidy's counts of the warnings that it does not show.
_NOISE = r"\d+ (warnings?|errors?)\b.*(generated|treated as errors?)\.?|Suppressed .*|Use .*"

Problems = List[str]


def _run(command: List[str]) -> Tuple[int, str]:
    """The exit code and everything printed."""
    done = subprocess.run(
        command,
        check=False,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )
    return done.returncode, done.stdout.decode(errors="replace").strip()


def _all_files() -> List[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    code, listing = _run(command)
    if code == 0:
        return sorted(f for f in listing.splitlines() if os.path.isfile(f))
    # An unpacked archive, without git.
    found = (str(p.relative_to(WORKSPACE)) for p in WORKSPACE.rglob("*") if p.is_file())
    return sorted(f for f in found if not f.startswith(("bazel-", ".git/")))


def _first_line(path: str) -> str:
    with open(path, "rb") as file:
        return file.readline(80).decode(errors="replace")


def _is_cpp(path: str) -> bool:
    return path.endswith((".cc", ".h"))


def _is_build_file(path: str) -> bool:
    name = os.path.basename(path)
    return name.endswith(".bzl") or name in ("BUILD", "WORKSPACE", "MODULE.bazel")


def _is_shell(path: str) -> bool:
    if path.endswith(".sh"):
        return True
    return os.access(path, os.X_OK) and re.match(r"#!.*\b(ba)?sh\b", _first_line(path)) is not None


# --- clang-format, buildifier, shellcheck ---


def _check_format(files: List[str], fix: bool) -> Problems:
    mode = ["-i"] if fix else ["--dry-run", "-Werror"]
    code, output = _run([_CLANG_FORMAT] + mode + files)
    return [output, "tools/lint --fix formats them"] if code else []


def _check_build_files(files: List[str], fix: bool) -> Problems:
    if fix:
        _run([str(_BUILDIFIER), "--mode=fix", "--lint=off"] + files)
    # declare_platforms() and its like make targets of many names.
    command = [str(_BUILDIFIER), "--mode=check", "--lint=warn", "--warnings=-unnamed-macro"]
    code, output = _run(command + files)
    return [output] if code else []


def _check_shell(files: List[str], _fix: bool) -> Problems:
    code, output = _run(["shellcheck", "--external-sources"] + files)
    return [output] if code else []


# --- Python ---


def _unused_imports(tree: ast.AST) -> Iterable[Tuple[int, str]]:
    imported: Dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                imported[(alias.asname or alias.name).split(".")[0]] = node.lineno
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return ((line, name) for name, line in imported.items() if name not in used)


def _check_python(files: List[str], _fix: bool) -> Problems:
    problems = []
    for path in files:
        try:
            tree = ast.parse(pathlib.Path(path).read_text(encoding="utf-8"), path)
        except SyntaxError as error:
            problems.append(f"{path}:{error.lineno}: {error.msg}")
            continue
        problems += [f"{path}:{line}: {name} is not used" for line, name in _unused_imports(tree)]
    return problems


# --- clang-tidy, which skips files that were clean before ---


def _dependencies(path: str) -> Set[str]:
    """The workspace's files that a source includes, itself among them."""
    code, output = _run(["g++", "-x", "c++", "-MM", "-MG"] + _TIDY_FLAGS[:2] + [path])
    if code:
        return {path}
    words = output.split(":", 1)[1].replace("\\\n", " ").split()
    return {os.path.normpath(word) for word in words}


def _digest(files: Iterable[str]) -> str:
    """A digest of everything that clang-tidy's verdict depends on."""
    digest = hashlib.sha256(" ".join([_CLANG_TIDY] + _TIDY_FLAGS).encode())
    for path in [".clang-tidy"] + sorted(files):
        digest.update(path.encode())
        if os.path.exists(path):
            digest.update(pathlib.Path(path).read_bytes())
    return digest.hexdigest()


def _target(path: str) -> Tuple[str, List[str]]:
    """The component and the flags that a source needs."""
    for folder, target in _TIDY_TARGETS.items():
        if path.startswith(folder):
            return target
    return "compiler", []


def _tidy_one(path: str, stamp: pathlib.Path) -> Problems:
    flags = (["-x", "c++"] if path.endswith(".h") else []) + _TIDY_FLAGS + _target(path)[1]
    code, output = _run([_CLANG_TIDY, "--quiet", path, "--"] + flags)
    if code:
        return [line for line in output.splitlines() if not re.fullmatch(_NOISE, line)]
    stamp.touch()
    return []


def _tidy_work(files: List[str]) -> List[Tuple[str, pathlib.Path]]:
    """The sources to look at: all .cc files, and the headers that none of them includes."""
    _STAMPS.mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        dependencies = dict(zip(files, pool.map(_dependencies, files)))
    covered: Set[str] = set().union(*(d for f, d in dependencies.items() if f.endswith(".cc")))
    work = []
    for path in files:
        if path.endswith(".cc") or path not in covered:
            stamp = _STAMPS / _digest(dependencies[path])
            if not stamp.exists():
                work.append((path, stamp))
    return work


def _check_tidy(files: List[str], _fix: bool) -> Problems:
    files = [f for f in files if f.startswith(_TIDY_FOLDERS)]
    problems = []
    for component in sorted({_target(f)[0] for f in files}):
        if not is_present(component):
            lacking = [f for f in files if _target(f)[0] == component]
            problems.append(f"without {component}, not checked: {' '.join(lacking)}")
            files = [f for f in files if f not in lacking]
    work = _tidy_work(files)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        found = pool.map(lambda item: _tidy_one(*item), work)
        # A header's problems show in every source that includes it.
        return problems + list(dict.fromkeys(line for lines in found for line in lines))


# --- Layers ---


def _is_layered(path: str) -> bool:
    return path.startswith(_TIDY_FOLDERS) and path.endswith((".cc", ".h", ".hpp", ".c", ".S"))


def _check_layers(files: List[str], _fix: bool) -> Problems:
    return layers.check(files)


# --- The command ---

Check = Tuple[str, str, Callable[[str], bool], Callable[[List[str], bool], Problems]]

# Name, the component it needs, which files, what to do.
_CHECKS: List[Check] = [
    ("clang-format", "lint", _is_cpp, _check_format),
    ("buildifier", "buildifier", _is_build_file, _check_build_files),
    ("shellcheck", "lint", _is_shell, _check_shell),
    ("python", "", lambda path: path.endswith(".py"), _check_python),
    ("layers", "", _is_layered, _check_layers),
    ("clang-tidy", "lint", _is_cpp, _check_tidy),
]


def _check(check: Check, files: List[str], fix: bool) -> bool:
    name, component, is_meant, action = check
    if component and not is_present(component):
        print(f"lint: {name}: not checked, {component} is missing: tools/setup {component}")
        return False
    meant = [f for f in files if is_meant(f)]
    problems = action(meant, fix) if meant else []
    for problem in problems:
        print(problem)
    print(f"lint: {name}: {'NOT CLEAN' if problems else 'clean'} ({len(meant)} files)", flush=True)
    return not problems


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools/lint", description="Checks the sources.")
    parser.add_argument("files", nargs="*", help="only these")
    parser.add_argument("--fix", action="store_true", help="format first what can be formatted")
    arguments = parser.parse_args()
    os.chdir(WORKSPACE)
    files = [os.path.relpath(f) for f in arguments.files] or _all_files()
    # Run every check, even if another one has found problems.
    verdicts = [_check(check, files, arguments.fix) for check in _CHECKS]
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
