"""Atoll's heap inside of buffers, for Conan 2: conan create ."""

from conan import ConanFile
from conan.tools.cmake import CMake, CMakeToolchain, cmake_layout


class AtollFixed(ConanFile):
    name = "atoll_fixed"
    version = "@VERSION@"
    license = "MIT"
    description = "A heap inside of buffers that the program gives it"
    package_type = "static-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {
        "large": [True, False],
        "fill": [True, False],
        "lock": [True, False],
        "owners": [True, False],
        "quick": ["ANY"],
    }
    default_options = {"large": False, "fill": False, "lock": False, "owners": False, "quick": 0}
    exports_sources = "CMakeLists.txt", "LICENSE", "atoll_fixed.*"

    def layout(self):
        cmake_layout(self)

    def generate(self):
        toolchain = CMakeToolchain(self)
        for name in ("large", "fill", "lock", "owners", "quick"):
            toolchain.cache_variables[f"ATOLL_FIXED_{name.upper()}"] = str(self.options.get_safe(name))
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()

    def package_info(self):
        self.cpp_info.libs = ["atoll_fixed"]
        self.cpp_info.set_property("cmake_file_name", "atoll_fixed")
        self.cpp_info.set_property("cmake_target_name", "atoll::fixed")
