"""Turns a linked ELF program into one of Plan 9: elf_to_aout.py PROCESSOR ELF PROGRAM

PROCESSOR is amd64, 386 or arm. The program must have been linked with this folder's script for that
processor: where text and data lie is a rule of the system, which a program does not say.

A Plan 9 program is a header of big-endian numbers, the text, and the data. The kernel puts header and
text at one address, the data behind them at the next multiple of a power of two, and zeroes behind
the data.
"""

import dataclasses
import pathlib
import struct
import sys
from typing import Dict, List, NoReturn, Tuple


class Refusal(Exception):
    """The file is not what it must be; in words."""


@dataclasses.dataclass(frozen=True)
class Processor:
    magic: int
    header_size: int
    text_base: int
    data_alignment: int
    stack_base: int
    elf_class: int
    elf_machine: int


_PAGE = 4096

PROCESSORS: Dict[str, Processor] = {
    "amd64": Processor(0x8A97, 40, 0x200000, 0x200000, 0x7FFFFEFFF000, 2, 62),
    "386": Processor(0x1EB, 32, 0x1000, _PAGE, 0xDEFFF000, 1, 3),
    "arm": Processor(0x647, 32, 0x1000, _PAGE, 0x3F800000, 1, 40),
}

# Of ELF.
_EXECUTABLE_FILE = 2
_LOAD, _DYNAMIC, _INTERPRETER, _THREAD_LOCAL = 1, 2, 3, 7
_RELOCATIONS = (4, 9, 19)
_WRITABLE = 2
_FORBIDDEN = {
    _DYNAMIC: "it is linked dynamically",
    _INTERPRETER: "it wants a dynamic linker",
    _THREAD_LOCAL: "it has thread-local data, which needs -femulated-tls",
}


@dataclasses.dataclass(frozen=True)
class Segment:
    kind: int
    flags: int
    address: int
    contents: bytes
    memory_size: int

    @property
    def end(self) -> int:
        return self.address + self.memory_size


@dataclasses.dataclass(frozen=True)
class Elf:
    entry: int
    segments: List[Segment]


def _unpack(file: bytes, layout: str, offset: int) -> Tuple[int, ...]:
    if offset + struct.calcsize(layout) > len(file):
        raise Refusal(f"the file ends before offset {offset + struct.calcsize(layout):#x}")
    return struct.unpack_from(layout, file, offset)


def _read_segment(file: bytes, is_wide: bool, offset: int) -> Segment:
    if is_wide:
        kind, flags, at, address, _, size, memory_size, _ = _unpack(file, "<2I6Q", offset)
    else:
        kind, at, address, _, size, memory_size, flags, _ = _unpack(file, "<8I", offset)
    if at + size > len(file):
        raise Refusal(f"a segment ends behind the file, at {at + size:#x}")
    if size > memory_size:
        raise Refusal(f"the segment at {address:#x} is larger in the file than in memory")
    return Segment(kind, flags, address, file[at : at + size], memory_size)


def read_elf(file: bytes, processor: Processor) -> Elf:
    """Raises Refusal."""
    if file[:4] != b"\x7fELF":
        raise Refusal("it is no ELF file")
    if file[4:7] != bytes((processor.elf_class, 1, 1)):
        raise Refusal("it is an ELF file of another word size or byte order")
    is_wide = processor.elf_class == 2
    kind, machine = _unpack(file, "<2H", 16)
    if machine != processor.elf_machine:
        raise Refusal(f"it is for another processor, number {machine}")
    if kind != _EXECUTABLE_FILE:
        raise Refusal(f"it is not linked to run at a fixed address: its type is {kind}")
    entry, programs, sections = _unpack(file, "<3Q" if is_wide else "<3I", 24)
    _, program_size, num_programs, section_size, num_sections, _ = _unpack(
        file, "<6H", 52 if is_wide else 40
    )
    for i in range(num_sections):
        (section,) = _unpack(file, "<I", sections + i * section_size + 4)
        if section in _RELOCATIONS:
            raise Refusal("it has relocations left, and Plan 9 does not apply any")
    segments = [
        _read_segment(file, is_wide, programs + i * program_size) for i in range(num_programs)
    ]
    for segment in segments:
        if segment.kind in _FORBIDDEN:
            raise Refusal(_FORBIDDEN[segment.kind])
    return Elf(entry, [s for s in segments if s.kind == _LOAD and s.memory_size != 0])


def _image(segments: List[Segment], base: int) -> bytes:
    """What the file has from `base` on, zeroes in between."""
    image = bytearray()
    for segment in segments:
        start = segment.address - base
        if start < len(image):
            raise Refusal(f"the segment at {segment.address:#x} overlaps what is before it")
        image += bytes(start - len(image)) + segment.contents
    return bytes(image)


def convert(file: bytes, processor: Processor) -> bytes:
    """The Plan 9 program. Raises Refusal."""
    elf = read_elf(file, processor)
    segments = sorted(elf.segments, key=lambda segment: segment.address)
    text = [s for s in segments if not s.flags & _WRITABLE]
    data = [s for s in segments if s.flags & _WRITABLE]

    text_start = processor.text_base + processor.header_size
    if not text:
        raise Refusal("it has no text")
    if text[0].address < text_start:
        raise Refusal(f"its text begins at {text[0].address:#x}, before {text_start:#x}")
    if text[0].address >= text_start + 0x10000:
        raise Refusal(f"its text begins at {text[0].address:#x}, far behind {text_start:#x}")
    if any(len(s.contents) != s.memory_size for s in text):
        raise Refusal("a part of its text is not in the file")
    text_end = text[-1].end
    data_start = -(-text_end // processor.data_alignment) * processor.data_alignment
    if any(s.address < data_start for s in data):
        raise Refusal(f"its data begin at {data[0].address:#x}, before {data_start:#x}")
    if data and data[0].address >= data_start + _PAGE:
        raise Refusal(f"its data begin at {data[0].address:#x}, not in the page at {data_start:#x}")
    end = max([data_start] + [s.end for s in data])
    if end > processor.stack_base:
        raise Refusal(f"it ends at {end:#x}, in its own stack")
    if not text_start <= elf.entry < text_end:
        raise Refusal(f"it starts at {elf.entry:#x}, outside of its text")

    text_image = _image(text, text_start)
    data_image = _image(data, data_start)
    sizes = (len(text_image), len(data_image), end - data_start - len(data_image))
    if max(sizes + (elf.entry,)) >= 1 << 31:
        raise Refusal("it has more than 2 GiB")
    header = struct.pack(">8I", processor.magic, *sizes, 0, elf.entry, 0, 0)
    if processor.header_size == 40:
        header += struct.pack(">Q", elf.entry)
    return header + text_image + data_image


def _fail(text: str) -> NoReturn:
    print(f"elf_to_aout.py: {text}", file=sys.stderr)
    sys.exit(1)


def main(arguments: List[str]) -> None:
    if len(arguments) != 3 or arguments[0] not in PROCESSORS:
        _fail(f"usage: elf_to_aout.py {'|'.join(PROCESSORS)} ELF PROGRAM")
    name, elf, program = arguments
    try:
        converted = convert(pathlib.Path(elf).read_bytes(), PROCESSORS[name])
    except Refusal as refusal:
        _fail(f"{elf}: {refusal}")
    pathlib.Path(program).write_bytes(converted)


if __name__ == "__main__":
    main(sys.argv[1:])
