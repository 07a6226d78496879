"""Atoll's heaps, for Conan 2: conan create ."""

from conan import ConanFile
from conan.tools.cmake import CMake, CMakeToolchain, cmake_layout


class Atoll(ConanFile):
    name = "atoll"
    version = "@VERSION@"
    license = "MIT"
    description = "Heaps over an operating system"
    package_type = "static-library"
    settings = "os", "arch", "compiler", "build_type"
    exports_sources = "CMakeLists.txt", "LICENSE", "atoll.*"

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeToolchain(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()

    def package_info(self):
        self.cpp_info.libs = ["atoll"]
        self.cpp_info.system_libs = ["advapi32"] if self.settings.os == "Windows" else ["pthread"]
        self.cpp_info.set_property("cmake_file_name", "atoll")
        self.cpp_info.set_property("cmake_target_name", "atoll::atoll")
