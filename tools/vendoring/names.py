"""Another namespace, so that a program may have two copies of Atoll."""

import re
from typing import Dict

_WORD = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*")
# Keywords and namespaces of C++ that somebody might try as a name.
_TAKEN = frozenset(
    "auto bool break case catch char class const continue default delete do double else enum explicit"
    " export extern false float for friend goto if inline int long main namespace new operator posix"
    " private protected public register return short signed sizeof static std struct switch template"
    " this throw true try typedef typeid typename union unsigned using virtual void volatile"
    " while".split()
)

_CODE = (".h", ".hpp", ".cc", ".c", ".cpp", ".ino")
# The files keep their names.
_FILES = r"(?!fixed\.(?:h|hpp|cc)\b)"


def is_possible(name: str) -> bool:
    return bool(_WORD.fullmatch(name)) and name.lower() not in _TAKEN


def rename(files: Dict[str, str], name: str) -> Dict[str, str]:
    """Atoll:: becomes NAME::, atoll_malloc() becomes name_malloc(). Options keep their names."""
    return {
        path: _rename(text, name) if path.endswith(_CODE) else text for path, text in files.items()
    }


def _rename(text: str, name: str) -> str:
    text = re.sub(r"\bAtoll(?=::\w)|(?<=namespace )Atoll\b", name, text)
    text = re.sub(rf"\batoll_{_FILES}(?=[a-z])", f"{name.lower()}_", text)
    guards = r"\bATOLL_(?=(?:FIXED_H|FIXED_HPP|H|SIZE_CLASSES)\b)"
    return re.sub(guards, f"{name.upper()}_", text)
