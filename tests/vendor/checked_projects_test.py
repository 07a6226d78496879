"""The projects of build systems that tests cannot run: their files have what the formats require, and
their programs are compiled with stand-ins for the systems' headers and functions."""

import json
import pathlib
import re
import unittest
from typing import Dict

import kconfiglib  # type: ignore
import yaml  # type: ignore

import projects

_STAND_INS = pathlib.Path("tests/vendor/stand_ins").absolute()
_VERSION = r"\d+\.\d+\.\d+"


class CheckedProjects(projects.ProjectTest):
    def vendor(self, project: str, folder: str) -> pathlib.Path:
        """Runs tools/vendor as the table of the README says, but for the folder."""
        options = projects.table_of_readme()[project].split(" ", 1)[1]
        self.run_commands(f"tools/vendor {folder} {options}")
        return self.there / folder

    def project(self, name: str) -> pathlib.Path:
        return self.there / "examples/vendored" / name

    def test_zephyr_builds_with_stand_ins_for_its_functions(self) -> None:
        self.vendor("zephyr", "examples/vendored/zephyr/modules/atoll")
        output = self.run_commands(
            "cmake -S examples/vendored/zephyr -B zephyr-build\n"
            "cmake --build zephyr-build\n"
            "zephyr-build/app\n",
            ZEPHYR_BASE=str(_STAND_INS / "zephyr"),
        )
        self.assertTrue(output.endswith("104 usable bytes\n"), output)

    def test_zephyr_module_is_one(self) -> None:
        module = self.vendor("zephyr", "zephyr_module")
        description = yaml.safe_load((module / "zephyr/module.yml").read_text("utf-8"))
        self.assertEqual(set(description), {"name", "build"})
        self.assertTrue((module / description["build"]["cmake"] / "CMakeLists.txt").is_file())
        self.assertTrue((module / description["build"]["kconfig"]).is_file())

    def test_kconfig_has_the_options_that_the_project_sets(self) -> None:
        module = self.vendor("zephyr", "kconfig_module")
        top = self.there / "Kconfig"
        top.write_text(f'config CPP\n\tbool "C++"\nsource "{module}/zephyr/Kconfig"\n', "utf-8")
        values = self.settings(top, self.project("zephyr") / "prj.conf")
        used = set(re.findall(r"CONFIG_(\w+)", (module / "zephyr/CMakeLists.txt").read_text("utf-8")))
        self.assertLessEqual(used, set(values))

    def test_kconfig_of_esp_idf_has_the_same_options(self) -> None:
        component = self.vendor("esp_idf", "kconfig_component")
        values = self.settings(
            component / "Kconfig", self.project("esp_idf") / "sdkconfig.defaults"
        )
        zephyr = self.vendor("zephyr", "kconfig_zephyr") / "zephyr/Kconfig"
        options = re.findall(r"^config (\w+)$", zephyr.read_text("utf-8"), re.MULTILINE)
        self.assertLessEqual(set(options) - {"ATOLL_FIXED"}, set(values))

    def settings(self, kconfig: pathlib.Path, file: pathlib.Path) -> Dict[str, str]:
        """The values of all options, with a project's settings."""
        config = kconfiglib.Kconfig(str(kconfig), suppress_traceback=True)
        config.warn_assign_undef = True
        config.load_config(str(file))
        self.assertEqual(config.warnings, [])
        values = {name: symbol.str_value for name, symbol in config.syms.items()}
        self.assertEqual(values["ATOLL_FIXED_LOCK"], "y")
        self.assertEqual(values["ATOLL_FIXED_QUICK"], "8")
        return values

    def test_esp_idf_builds_with_stand_ins_for_its_functions(self) -> None:
        component = self.vendor("esp_idf", "examples/vendored/esp_idf/components/atoll")
        output = self.run_commands(
            "cmake -S examples/vendored/esp_idf -B idf-build\n"
            "cmake --build idf-build\n"
            "nm idf-build/components/atoll/libatoll.a\n"
            "idf-build/camera\n",
            IDF_PATH=str(_STAND_INS / "esp_idf"),
        )
        self.assertIn("U atoll_fixed_enter\n", output)
        self.assertTrue(output.endswith("a frame of 76800 bytes\n"), output)
        manifest = yaml.safe_load((component / "idf_component.yml").read_text("utf-8"))
        self.assertRegex(manifest["version"], f"^{_VERSION}$")
        self.assertLessEqual(set(manifest), {"version", "description", "license", "url"})

    def test_platformio_library(self) -> None:
        library = self.vendor("platformio", "examples/vendored/platformio/lib/atoll_fixed")
        manifest = json.loads((library / "library.json").read_text("utf-8"))
        self.assertRegex(manifest["name"], r"^[A-Za-z0-9_-]{1,50}$")
        self.assertRegex(manifest["version"], f"^{_VERSION}$")
        for key in ("description", "keywords", "license", "frameworks", "platforms"):
            self.assertIn(key, manifest)
        sources = [name[2:-1] for name in manifest["build"]["srcFilter"] if name[0] == "+"]
        for name in [*sources, *manifest["headers"]]:
            self.assertTrue((library / name).is_file(), name)
        self.run_commands(
            "cd examples/vendored/platformio\n"
            "gcc -Wall -Wextra -Werror -Ilib/atoll_fixed -c src/main.c -o main.o\n"
            + "".join(f"g++ main.o lib/atoll_fixed/{name} -o program\n" for name in sources)
        )

    def test_arduino_library(self) -> None:
        library = self.vendor("arduino", "libraries/AtollFixed")
        lines = (library / "library.properties").read_text("utf-8").splitlines()
        properties = dict(line.split("=", 1) for line in lines)
        required = "name version author maintainer sentence paragraph category url architectures"
        self.assertLessEqual(set(required.split()), set(properties))
        self.assertRegex(properties["version"], f"^{_VERSION}$")
        self.assertTrue((library / properties["includes"]).is_file())
        hardware = _STAND_INS / "arduino/hardware"
        for sketch, end in (
            ("libraries/AtollFixed/examples/Blocks/Blocks.ino", "104\n208\n"),
            ("examples/vendored/arduino/Logger/Logger.ino", "one\ntwo\n"),
        ):
            output = self.run_commands(
                "mkdir -p arduino-build\n"
                f"arduino-builder -compile -hardware {hardware} -hardware /usr/share/arduino-builder"
                ' -tools /usr/bin -libraries libraries -fqbn atoll:host:machine'
                f' -build-path "$PWD/arduino-build" {sketch} 2> log || {{ cat log; exit 1; }}\n'
                "printf 'one\\ntwo\\n' | arduino-build/sketch.elf\n"
            )
            self.assertIn(end, output)

    def test_conan_recipe(self) -> None:
        recipe = self.vendor("conan", "by_conan")
        text = (recipe / "conanfile.py").read_text("utf-8")
        compile(text, "conanfile.py", "exec")
        name, version = re.findall(r'^    (?:name|version) = "(.*)"$', text, re.MULTILINE)
        required = (self.project("conan") / "conanfile.txt").read_text("utf-8")
        self.assertIn(f"{name}/{version}\n", required)
        self.assertRegex(name, r"^[a-z0-9_][a-z0-9_+.-]{1,100}$")
        for pattern in re.findall(r'"([^"]+)"', text.split("exports_sources = ")[1].split("\n")[0]):
            self.assertTrue(list(recipe.glob(pattern)), pattern)
        output = self.run_commands(
            f"PYTHONPATH={_STAND_INS}/conan python3 -B {_STAND_INS}/conan/run.py"
            " by_conan/conanfile.py\n"
        )
        self.assertIn("ATOLL_FIXED_QUICK=0\n", output)
        self.assertTrue(output.endswith("configure\nbuild\ninstall\natoll_fixed\n"), output)
        # Each option of the recipe is one of the CMake file.
        cmake = (recipe / "CMakeLists.txt").read_text("utf-8")
        for option in re.findall(r'^        "(\w+)": \[', text, re.MULTILINE):
            self.assertIn(f"(ATOLL_FIXED_{option.upper()} ", cmake)

    def test_vcpkg_port(self) -> None:
        self.vendor("vcpkg", "examples/vendored/vcpkg/third_party/atoll")
        project = self.project("vcpkg")
        wanted = json.loads((project / "vcpkg.json").read_text("utf-8"))
        overlay = json.loads((project / "vcpkg-configuration.json").read_text("utf-8"))
        (ports,) = overlay["overlay-ports"]
        for name in wanted["dependencies"]:
            port = project / ports / name
            manifest = json.loads((port / "vcpkg.json").read_text("utf-8"))
            self.assertEqual(manifest["name"], name)
            self.assertRegex(name, r"^[a-z0-9]+(-[a-z0-9]+)*$")
            self.assertRegex(manifest["version"], f"^{_VERSION}$")
            text = (port / "portfile.cmake").read_text("utf-8")
            for path in re.findall(r"\$\{CMAKE_CURRENT_LIST_DIR\}/([^\"]+)", text):
                self.assertTrue((port / path).exists(), path)
            output = self.run_commands(
                f"cmake -D PORT={port / 'portfile.cmake'} -P {_STAND_INS}/vcpkg/run.cmake"
            )
            self.assertIn("installed lib/cmake/atoll_fixed/atoll_fixed-config.cmake", output)

    def test_programs_of_conan_and_vcpkg_build_with_an_installed_package(self) -> None:
        self.run_commands(
            "tools/vendor package --heap fixed --with cmake\n"
            'cmake -S package -B package-build -DCMAKE_INSTALL_PREFIX="$PWD/installed"\n'
            "cmake --build package-build --target install\n"
        )
        for name in ("conan", "vcpkg"):
            output = self.run_commands(
                f"cmake -S examples/vendored/{name} -B {name}-build"
                ' -DCMAKE_PREFIX_PATH="$PWD/installed"\n'
                f"cmake --build {name}-build\n"
                f"{name}-build/counter\n"
            )
            self.assertRegex(output, r"\n\d{4} blocks\n$")


if __name__ == "__main__":
    unittest.main()
