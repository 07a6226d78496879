"""The man pages: atoll.1 of the command's own help, libatoll.3 of the header and of ATOLL_OPTIONS=help."""

import os
import re
import subprocess
from typing import Iterator, List, Tuple

from command import Command, Tool

_RESULT = """\
0 if there is an answer and all that was checked agrees, 1 if a check failed, 2 if there is no answer (a flag is wrong, a file
cannot be read), 130 if it was interrupted.
"""


def _roff(text: str) -> str:
    """Text that roff takes as it is."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("~", "\\(ti").replace("^", "\\(ha")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def _flags(command: Command) -> Iterator[str]:
    for flag in command.flags:
        names = ", ".join(f"\\fB{_roff(name)}\\fR" for name in flag.names)
        value = f" \\fI{_roff(flag.value)}\\fR" if flag.value else ""
        yield f".TP\n{names}{value}\n{_roff(flag.text)}\n"


def _command(command: Command) -> Iterator[str]:
    arguments = "".join(f" [\\fI{_roff(a.value)}\\fR]" for a in command.arguments)
    yield f'.SS "atoll {_roff(command.name)}"\n'
    yield f".B atoll {_roff(command.name)}\n[\\fIOPTIONS\\fR]{arguments}\n.PP\n{_roff(command.summary)}\n"
    for argument in command.arguments:
        yield f".TP\n\\fI{_roff(argument.value)}\\fR\n{_roff(argument.text)}\n"
    yield from _flags(command)
    yield from _example(command.examples)


def _example(lines: List[str]) -> Iterator[str]:
    if lines:
        yield ".PP\n.EX\n" + "\n".join(_roff(line) for line in lines) + "\n.EE\n"


def atoll_1(tool: Tool) -> str:
    parts = [
        f'.TH ATOLL 1 "" "atoll {tool.version}" "User Commands"\n',
        f".SH NAME\natoll \\- {_roff(tool.top.summary[0].lower() + tool.top.summary[1:].rstrip('.'))}\n",
        ".SH SYNOPSIS\n.B atoll\n\\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n",
        ".SH DESCRIPTION\n"
        "Atoll is the memory allocator of Go's runtime, rebuilt in C++. This command knows the numbers that the allocator of each "
        "release of Go has on each system and processor, and checks them on this machine.\n",
        *_flags(tool.top),
        ".SH COMMANDS\n",
        *[part for command in tool.commands for part in _command(command)],
        ".SH EXIT STATUS\n" + _roff(_RESULT),
        ".SH EXAMPLES\n",
        *_example(tool.top.examples[: len(tool.commands)]),
        ".SH SEE ALSO\n.BR libatoll (3)\n",
    ]
    return "".join(parts)


# --- The library ---

_LIBRARY = """\
The library puts the heap of Go's runtime behind the C library's malloc() and behind C++'s operator new. A program has it if
it is linked with it, or if it is started with
.PP
.EX
LD_PRELOAD=libatoll.so.0 program
.EE
.PP
and it may call the functions below. libatoll.so has those for C. libatoll.a also has the heap itself, Atoll::Heap, and the
allocators of atoll.hpp.
"""

_SKIPPED = re.compile(r'#\s*(ifndef|ifdef|endif|define|include)\b.*|extern "C" \{|\}|/\* NOLINT.*')
_SECTION = re.compile(r"--- (.*?) ---", re.DOTALL)


def _pieces(header: str) -> Iterator[Tuple[str, str]]:
    """The header's comments at the beginning of a line, and the code between them."""
    end = 0
    for match in re.finditer(r"^/\*(.*?)\*/\n", header, re.DOTALL | re.MULTILINE):
        yield "code", header[end : match.start()]
        yield "comment", re.sub(r"^ \* ?", "", match[1], flags=re.MULTILINE).strip()
        end = match.end()
    yield "code", header[end:]


def _comment(text: str) -> str:
    if text.startswith("NOLINT"):
        return ""
    section = _SECTION.match(text)
    if section:
        title, _, rest = " ".join(section[1].split()).partition(". ")
        heading = _roff(title.rstrip(".")).replace('"', "\\(dq")
        return f'.SS "{heading}"\n' + (f"{_roff(rest)}\n" if rest else "")
    result = ""
    for paragraph in re.split(r"\n[ ]*\n", text):
        if paragraph.startswith("  "):
            result += f".PP\n.EX\n{_roff(paragraph)}\n.EE\n"
        else:
            result += f".PP\n{_roff(re.sub(r'^ +', '', paragraph, flags=re.MULTILINE))}\n"
    return result


def _code(text: str) -> str:
    lines = [line for line in text.splitlines() if not _SKIPPED.fullmatch(line)]
    code = "\n".join(lines).strip("\n")
    return f".PP\n.EX\n{_roff(code)}\n.EE\n" if code else ""


def _options(library: str) -> Iterator[str]:
    env = {**os.environ, "LD_PRELOAD": os.path.abspath(library), "ATOLL_OPTIONS": "help"}
    done = subprocess.run(["/bin/true"], check=True, env=env, stderr=subprocess.PIPE, text=True)
    lines = done.stderr.splitlines()
    assert lines and lines[0].startswith("ATOLL_OPTIONS="), "ATOLL_OPTIONS=help prints no list"
    for line in lines[1:]:
        match = re.fullmatch(r"  ([a-z_]+)=(.*?) \((.*?)\): (.*)", line)
        if match is None:
            raise ValueError(f"ATOLL_OPTIONS=help has a line of no known form: {line!r}")
        key, values, default, text = (_roff(part) for part in match.groups())
        yield f".TP\n\\fB{key}\\fR={values}\n{text} (default: {default})\n"


def libatoll_3(tool: Tool, library: str, header: str) -> str:
    pieces = [_comment(text) if kind == "comment" else _code(text) for kind, text in _pieces(header)]
    parts = [
        f'.TH LIBATOLL 3 "" "atoll {tool.version}" "Library Functions"\n',
        ".SH NAME\nlibatoll \\- the heap of Go's runtime as malloc(), and heaps of a program's own\n",
        ".SH SYNOPSIS\n.B #include <atoll.h>\n.PP\n.EX\ncc program.c $(pkg\\-config \\-\\-cflags \\-\\-libs atoll)\n.EE\n",
        ".SH DESCRIPTION\n" + _LIBRARY,
        *pieces,
        ".SH ENVIRONMENT\n.B ATOLL_OPTIONS\nhas keys and values, as in statistics=text,align=16:\n",
        *_options(library),
        ".SH SEE ALSO\n.BR atoll (1),\n.BR malloc (3),\n.BR ld.so (8)\n",
    ]
    return "".join(parts)
