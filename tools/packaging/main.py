"""Puts what the build made into the folders of an installation: as an archive for any prefix, and as a Debian package."""

import argparse
import gzip
import hashlib
import os
import pathlib
import shutil
import subprocess
import tarfile
import tempfile
from typing import Dict

import completions
import manual
from command import Tool

_MAINTAINER = "The Atoll authors <atoll@example.org>"

_PKG_CONFIG = """\
prefix=${{pcfiledir}}/{up}
libdir=${{prefix}}/{libdir}
includedir=${{prefix}}/include

Name: {name}
Description: {description}
Version: {version}
Cflags: -I${{includedir}}
Libs: {libs}
"""

_CMAKE = """\
# find_package(Atoll): atoll::shared is libatoll.so, and atoll::atoll is libatoll.a with the heaps of atoll.hpp.
include(CMakeFindDependencyMacro)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_dependency(Threads)
get_filename_component(_atoll_prefix "${{CMAKE_CURRENT_LIST_DIR}}/{up}" ABSOLUTE)
if(NOT TARGET atoll::shared)
  add_library(atoll::shared SHARED IMPORTED)
  set_target_properties(
    atoll::shared
    PROPERTIES IMPORTED_LOCATION "${{_atoll_prefix}}/{libdir}/libatoll.so.{version}"
               IMPORTED_SONAME libatoll.so.{number}
               INTERFACE_INCLUDE_DIRECTORIES "${{_atoll_prefix}}/include")
endif()
if(NOT TARGET atoll::atoll)
  add_library(atoll::atoll STATIC IMPORTED)
  set_target_properties(
    atoll::atoll
    PROPERTIES IMPORTED_LOCATION "${{_atoll_prefix}}/{libdir}/libatoll.a"
               IMPORTED_LINK_INTERFACE_LANGUAGES CXX
               INTERFACE_COMPILE_FEATURES cxx_std_20
               INTERFACE_INCLUDE_DIRECTORIES "${{_atoll_prefix}}/include"
               INTERFACE_LINK_LIBRARIES Threads::Threads)
endif()
unset(_atoll_prefix)
"""

_CMAKE_VERSION = """\
set(PACKAGE_VERSION {version})
if(PACKAGE_FIND_VERSION VERSION_GREATER PACKAGE_VERSION)
  set(PACKAGE_VERSION_COMPATIBLE FALSE)
elseif(PACKAGE_FIND_VERSION MATCHES "^{minor}([.]|$)" OR NOT PACKAGE_FIND_VERSION)
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
  if(PACKAGE_FIND_VERSION STREQUAL PACKAGE_VERSION)
    set(PACKAGE_VERSION_EXACT TRUE)
  endif()
endif()
if(NOT CMAKE_SIZEOF_VOID_P EQUAL 8)
  set(PACKAGE_VERSION "${{PACKAGE_VERSION}} (64 bit)")
  set(PACKAGE_VERSION_UNSUITABLE TRUE)
endif()
"""


def _soname_number(library: str) -> str:
    dynamic = subprocess.run(
        ["readelf", "-dW", library], check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    return dynamic.split("soname: [libatoll.so.")[1].split("]")[0]


class Installation:
    """What is to be installed, and the folder that is made of it."""

    def __init__(self, options: argparse.Namespace, root: pathlib.Path, libdir: str) -> None:
        self._options = options
        self._root = root
        self._libdir = libdir
        self._tool = Tool(os.path.abspath(options.command))
        self._number = _soname_number(options.library)

    @property
    def version(self) -> str:
        return self._tool.version

    def make(self) -> None:
        self._copy_programs()
        self._write_for_builds()
        share = self._root / "share"
        _write(share / "bash-completion/completions/atoll", completions.bash(self._tool))
        _write(share / "zsh/site-functions/_atoll", completions.zsh(self._tool))
        _write(share / "fish/vendor_completions.d/atoll.fish", completions.fish(self._tool))
        header = pathlib.Path(self._options.header).read_text(encoding="utf-8")
        self._write_manual("man1/atoll.1", manual.atoll_1(self._tool))
        pages = manual.libatoll_3(self._tool, self._options.library, header)
        self._write_manual("man3/libatoll.3", pages)

    def _copy_programs(self) -> None:
        lib = self._root / self._libdir
        real = f"libatoll.so.{self.version}"
        _copy(self._options.command, self._root / "bin/atoll", 0o755)
        _copy(self._options.library, lib / real, 0o644)
        _copy(self._options.archive, lib / "libatoll.a", 0o644)
        for name in ["libatoll.so", f"libatoll.so.{self._number}"]:
            (lib / name).symlink_to(real)
        for program in [self._root / "bin/atoll", lib / real]:
            command = ["strip", "--strip-unneeded", "--remove-section=.comment", "--remove-section=.note"]
            subprocess.run(command + [str(program)], check=True)
        subprocess.run(["strip", "--strip-debug", "-D", str(lib / "libatoll.a")], check=True)
        _copy(self._options.header, self._root / "include/atoll.h", 0o644)
        _copy(self._options.cxx_header, self._root / "include/atoll.hpp", 0o644)

    def _write_for_builds(self) -> None:
        lib = self._root / self._libdir
        depth = len(pathlib.PurePath(self._libdir).parts)
        names: Dict[str, str] = {
            "libdir": self._libdir,
            "minor": self.version.rsplit(".", 1)[0].replace(".", "[.]"),
            "number": self._number,
            "version": self.version,
        }
        for name, libs, description in [
            ("atoll", "-L${libdir} -latoll", "the heap of Go's runtime as malloc()"),
            ("atoll-static", "${libdir}/libatoll.a -pthread", "the same, and heaps for C++"),
        ]:
            text = _PKG_CONFIG.format(
                up="/".join([".."] * (depth + 1)), name=name, libs=libs, description=description, **names
            )
            _write(lib / f"pkgconfig/{name}.pc", text)
        cmake = lib / "cmake/atoll"
        _write(cmake / "atoll-config.cmake", _CMAKE.format(up="/".join([".."] * (depth + 2)), **names))
        _write(cmake / "atoll-config-version.cmake", _CMAKE_VERSION.format(**names))

    def _write_manual(self, name: str, text: str) -> None:
        path = self._root / f"share/man/{name}.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_gzipped(text))


def _gzipped(text: str) -> bytes:
    return gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0)


def _write(path: pathlib.Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _copy(source: str, path: pathlib.Path, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, path)
    path.chmod(mode)


def _archive(root: pathlib.Path, out: str) -> None:
    """The same bytes whenever it is made."""

    def plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
        info.uid = info.gid = info.mtime = 0
        info.uname = info.gname = "root"
        return info

    with open(out, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        with tarfile.open(fileobj=packed, mode="w") as tar:
            for path in sorted(root.rglob("*")):
                tar.add(path, str(path.relative_to(root)), recursive=False, filter=plain)


# --- The Debian package ---

_CONTROL = """\
Package: atoll
Version: {version}
Section: libs
Priority: optional
Architecture: amd64
Maintainer: {maintainer}
Installed-Size: {size}
Depends: {depends}
Description: memory allocator of Go's runtime, as malloc() and as heaps for programs
 A library that puts the heap of Go's runtime behind malloc() and operator new,
 for a program that is linked with it or started with LD_PRELOAD, and that
 gives a program heaps of its own. The command atoll knows the numbers of Go's
 allocator on every system and processor, and checks them on this machine.
"""

_CHANGELOG = """\
atoll ({version}) unstable; urgency=medium

  * Built from the sources of Atoll {version}.

 -- {maintainer}  Thu, 01 Jan 2026 00:00:00 +0000
"""


def _depends(root: pathlib.Path, version: str) -> str:
    """The packages whose libraries the programs need, as dpkg knows them on this machine."""
    with tempfile.TemporaryDirectory() as folder:
        _write(pathlib.Path(folder) / "debian/control", "Source: atoll\n\nPackage: atoll\nArchitecture: any\n")
        programs = [root / "usr/bin/atoll", *(root / "usr/lib").rglob(f"libatoll.so.{version}")]
        command = ["dpkg-shlibdeps", "-O"] + [f"-e{program.absolute()}" for program in programs]
        done = subprocess.run(
            command, check=True, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
    return done.stdout.strip().split("shlibs:Depends=")[1]


def _debian_package(installation: Installation, root: pathlib.Path, licence: str, out: str) -> None:
    version = installation.version
    names = {"version": version, "maintainer": _MAINTAINER}
    doc = root / "usr/share/doc/atoll"
    _copy(licence, doc / "copyright", 0o644)
    (doc / "changelog.gz").write_bytes(_gzipped(_CHANGELOG.format(**names)))
    # Debian's folder for this.
    zsh = root / "usr/share/zsh"
    (zsh / "site-functions").rename(zsh / "vendor-completions")
    files = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    size = sum(path.stat().st_size for path in files) // 1024
    sums = [f"{hashlib.md5(p.read_bytes()).hexdigest()}  {p.relative_to(root)}\n" for p in files]
    control = root / "DEBIAN"
    _write(control / "control", _CONTROL.format(size=size, depends=_depends(root, version), **names))
    _write(control / "md5sums", "".join(sums))
    _write(control / "shlibs", f"libatoll 0 atoll (>= {version})\n")
    _write(control / "triggers", "activate-noawait ldconfig\n")
    for path in root.rglob("*"):
        if path.is_dir():
            path.chmod(0o755)
    env = {**os.environ, "SOURCE_DATE_EPOCH": "1767225600"}
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(root), out]
    subprocess.run(command, check=True, env=env, stdout=subprocess.DEVNULL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ["command", "library", "archive", "header", "cxx-header", "licence"]:
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--tar", required=True, help="the archive for any prefix, to be written")
    parser.add_argument("--deb", required=True, help="the Debian package, to be written")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prefix = pathlib.Path(folder) / "prefix"
        Installation(options, prefix, "lib").make()
        _archive(prefix, options.tar)
        root = pathlib.Path(folder) / "root"
        installation = Installation(options, root / "usr", "lib/x86_64-linux-gnu")
        installation.make()
        _debian_package(installation, root, options.licence, options.deb)


if __name__ == "__main__":
    main()
