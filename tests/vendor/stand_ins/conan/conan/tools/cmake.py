"""Stands in for Conan's tools for CMake: says what a recipe calls."""

from typing import Any, Dict


def cmake_layout(recipe: Any) -> None:
    assert recipe.name


class CMakeToolchain:
    def __init__(self, recipe: Any) -> None:
        assert recipe.name
        self.cache_variables: Dict[str, str] = {}

    def generate(self) -> None:
        for name, value in self.cache_variables.items():
            print(f"{name}={value}")


class CMake:
    def __init__(self, recipe: Any) -> None:
        assert recipe.name

    def configure(self) -> None:
        print("configure")

    def build(self) -> None:
        print("build")

    def install(self) -> None:
        print("install")
