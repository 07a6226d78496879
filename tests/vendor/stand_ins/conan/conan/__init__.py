"""Stands in for Conan."""

from typing import Any, Dict


class _Options:
    def __init__(self, values: Dict[str, Any]) -> None:
        self._values = values

    def get_safe(self, name: str) -> Any:
        return self._values[name]


class _Information:
    def set_property(self, name: str, value: str) -> None:
        assert name.startswith("cmake_") and value


class ConanFile:
    default_options: Dict[str, Any] = {}

    def __init__(self) -> None:
        self.options = _Options(self.default_options)
        self.cpp_info: Any = _Information()
