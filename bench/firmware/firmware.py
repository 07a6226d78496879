"""Heaps over the RAM of a microcontroller, side by side; see README.md.

The heaps are compiled for Cortex-M3 with -Os and run on QEMU's mps2-an385. So every figure is exact, and
the same on every machine with the same compiler and C libraries.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile
from typing import Dict, List, NamedTuple, Tuple

_HERE = pathlib.Path(__file__).resolve().parent
_WORKSPACE = _HERE.parent.parent

_CORTEX_M3 = ["-mthumb", "-mcpu=cortex-m3"]
_COMMON = ["-Os", "-ffunction-sections", "-fdata-sections", "-Wall", "-Wextra", "-I", str(_WORKSPACE)]
_CXX = ["-std=c++20", "-fno-exceptions", "-fno-rtti", "-ffreestanding"]
_LINK = ["-nostartfiles", "-Wl,--gc-sections", "-Wl,--no-warn-rwx-segments"]

_KIB = 1024
ROOM_FOR_24, DRIFT, SUSTAIN, TIME, HUNT, FRUITLESS = 1, 2, 3, 4, 5, 6


class Heap(NamedTuple):
    """Atoll's with these options; with specs, that of the C library that they name to GCC."""

    name: str
    options: List[str] = []
    specs: List[str] = []
    processors: Tuple[str, ...] = ("m3", "m0")

    @property
    def source(self) -> str:
        return "heap_library.c" if self.specs else "heap_fixed.cc"


_ALL_PROCESSORS = ("m3", "m0", "rv32")
_HEAPS = {
    "fixed": Heap("Atoll, fixed", processors=_ALL_PROCESSORS),
    "quick": Heap("Atoll, fixed, 8 quick lists", ["-DQUICK=8"], processors=_ALL_PROCESSORS),
    "large": Heap("Atoll, fixed, 32-bit indices", ["-DLARGE"]),
    "fill": Heap("Atoll, fixed, patterns", ["-DFILL=1"]),
    "owners": Heap("Atoll, fixed, owners", ["-DOWNERS=1"]),
    "lock": Heap("Atoll, fixed, without interrupts", ["-DLOCK"]),
    "newlib": Heap("newlib", specs=["--specs=nosys.specs"]),
    "nano": Heap("newlib-nano", specs=["--specs=nano.specs", "--specs=nosys.specs"]),
    "picolibc": Heap("picolibc", specs=["--specs=picolibc.specs"]),
}

_COMPARED = ["fixed", "quick", "newlib", "nano", "picolibc"]

_PROCESSORS = {
    "m3": ("arm-none-eabi-", _CORTEX_M3),
    "m0": ("arm-none-eabi-", ["-mthumb", "-mcpu=cortex-m0"]),
    "rv32": ("riscv64-unknown-elf-", ["-march=rv32imac", "-mabi=ilp32"]),
}


def _run(command: List[str]) -> str:
    done = subprocess.run(
        command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    said = done.stderr.decode(errors="replace")
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}:\n{said}")
    # A guest's console is QEMU's second one.
    return done.stdout.decode(errors="replace") + said


class Bench:
    """Builds the programs in a folder, and runs them."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder
        self._plugin = folder / "counter.so"
        _run(["gcc", "-O2", "-shared", "-fPIC", str(_HERE / "counter.c"), "-o", str(self._plugin)])

    def _compile(self, source: str, processor: str, flags: List[str], name: str) -> str:
        prefix, machine = _PROCESSORS[processor]
        compiler = prefix + ("g++" if source.endswith(".cc") else "gcc")
        flags = flags + (_CXX if source.endswith(".cc") else [])
        target = str(self._folder / name)
        _run([compiler, *machine, *_COMMON, *flags, "-c", str(_HERE / source), "-o", target])
        return target

    def _program(self, key: str) -> pathlib.Path:
        return self._folder / f"{key}.elf"

    def build(self, key: str) -> None:
        """Builds the program with the traces."""
        heap = _HEAPS[key]
        # The traces themselves are no part of what is compared.
        objects = [
            self._compile("traces.c", "m3", ["-ffreestanding", "-O2"], f"{key}.traces.o"),
            self._compile("board.c", "m3", ["-ffreestanding"], f"{key}.board.o"),
            self._compile(heap.source, "m3", heap.options + heap.specs, f"{key}.heap.o"),
        ]
        _run(
            ["arm-none-eabi-gcc", *_CORTEX_M3, *_LINK, *heap.specs, "-T", str(_HERE / "link.ld")]
            + objects
            + ["-o", str(self._program(key))]
        )

    def run(self, key: str, **arguments: int) -> List[int]:
        """The numbers that the traces print."""
        return self._qemu(self._program(key), [], arguments)

    def count(self, key: str, **arguments: int) -> Dict[str, Tuple[float, int]]:
        """Instructions of a call, mean and most, by kind."""
        program = self._program(key)
        labels = {}
        for line in _run(["arm-none-eabi-nm", str(program)]).splitlines():
            address, _, name = line.rsplit(" ", 2)
            labels[name] = address.strip()
        counts = self._folder / f"{key}.counts"
        plugin = f"{self._plugin},out={counts}"
        for kind in ("malloc", "free"):
            begin, end = (labels[f"{edge}_counted_{kind}"] for edge in ("begin", "end"))
            plugin += f",{kind}={begin}:{end}"
        self._qemu(program, ["-plugin", plugin], arguments)
        result = {}
        for line in counts.read_text(encoding="utf-8").splitlines():
            kind, calls, total, most = line.split()
            result[kind] = (int(total) / int(calls), int(most))
        return result

    def _qemu(self, program: pathlib.Path, more: List[str], arguments: Dict[str, int]) -> List[int]:
        words = "".join(f",arg={name}={value}" for name, value in arguments.items())
        command = ["qemu-system-arm", "-M", "mps2-an385", "-nographic", "-monitor", "none"]
        command += ["-serial", "none", "-kernel", str(program), *more]
        command += ["-semihosting-config", "enable=on,target=native,arg=traces" + words]
        lines = _run(command).split("\n")
        if "done" not in lines or "no memory" in lines:
            sys.exit(f"{program.name} {words}: {lines}")
        return [int(line) for line in lines if line.isdigit()]

    def code(self, key: str, processor: str) -> int:
        """Bytes of code that malloc(), free() and realloc() bring into a program."""
        heap = _HEAPS[key]
        if processor not in heap.processors:
            return 0
        prefix, machine = _PROCESSORS[processor]
        flags = heap.options + heap.specs
        link = [*_LINK, "-Wl,-e,start", *heap.specs]
        heap_object = self._compile(heap.source, processor, flags, "heap.o")
        libraries = [] if heap.specs else ["-nostdlib", "-lgcc"]
        program = str(self._folder / "sizes.elf")
        sizes = []
        for calls in (["-DNOTHING"], []):
            caller = self._compile("sizes.c", processor, [*flags, *calls, "-ffreestanding"], "sizes.o")
            objects = [caller, heap_object, *libraries]
            _run([prefix + "gcc", *machine, *link, *objects, "-o", program])
            sizes.append(int(_run([prefix + "size", program]).splitlines()[1].split()[0]))
        return sizes[1] - sizes[0]


def percent(bench: Bench, key: str, kib: int, test: int, mix: int, seeds: int) -> float:
    figures = bench.run(key, ram=kib * _KIB, test=test, mix=mix, seeds=seeds, requests=20000)
    mean = sum(figures) / len(figures)
    return mean / 10 if test == SUSTAIN else mean * 100 / (kib * _KIB)


def _row(bench: Bench, key: str, sizes: List[int], seeds: int, live: int) -> List[str]:
    bench.build(key)
    cells = [_HEAPS[key].name]
    cells.append(" / ".join(str(bench.code(key, p) or "-") for p in _PROCESSORS))
    room = [bench.run(key, ram=k * _KIB, test=ROOM_FOR_24, seeds=1)[0] for k in sizes]
    cells.append(" / ".join(f"{n:,}" for n in room))
    for mix in (0, 1):
        for test in (DRIFT, SUSTAIN):
            figures = [percent(bench, key, k, test, mix, seeds) for k in sizes]
            cells.append(" / ".join(f"{figure:.1f}" for figure in figures))
    counts = bench.count(
        key, ram=64 * _KIB, test=TIME, mix=0, seeds=3, requests=20000, percent=live
    )
    cells += [f"{mean:.1f} / {most}" for mean, most in (counts["malloc"], counts["free"])]
    return cells


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench/firmware/compare", description=__doc__)
    parser.add_argument("heaps", nargs="*", default=[], help=f"only these: {', '.join(_HEAPS)}")
    parser.add_argument("--sizes", default="16,64,256", help="of the RAM in KiB (16,64,256)")
    parser.add_argument("--seeds", type=int, default=20, help="of every trace (20)")
    parser.add_argument("--percent", type=int, default=60, help="live set while counting (60)")
    chosen = parser.parse_args()
    sizes = [int(size) for size in chosen.sizes.split(",")]
    for key in chosen.heaps:
        if key not in _HEAPS:
            parser.error(f"no heap is called {key}")
    print("| heap | code M3 / M0 / rv32 | 24 B blocks | drift | sustain | drift, 16 to 1,024 B |", end="")
    print(" sustain, 16 to 1,024 B | malloc | free |")
    print("| --- |" + " ---: |" * 8)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(pathlib.Path(folder))
        for key in chosen.heaps or _COMPARED:
            row = _row(bench, key, sizes, chosen.seeds, chosen.percent)
            print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
