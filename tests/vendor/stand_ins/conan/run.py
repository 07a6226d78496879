"""Takes a recipe through the steps of `conan create`."""

import importlib.util
import inspect
import sys

from conan import ConanFile

spec = importlib.util.spec_from_file_location("conanfile", sys.argv[1])
assert spec and spec.loader
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
(Recipe,) = [
    found
    for _, found in inspect.getmembers(module, inspect.isclass)
    if issubclass(found, ConanFile) and found is not ConanFile
]
recipe = Recipe()
for step in ("layout", "generate", "build", "package", "package_info"):
    getattr(recipe, step)()
print(*recipe.cpp_info.libs)
