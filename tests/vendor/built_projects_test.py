"""The projects of examples/vendored/README.md are built and run with the commands that it has."""

import unittest

import projects


class BuiltProjects(projects.ProjectTest):
    def test_every_project_is_in_the_readme(self) -> None:
        documented = [*projects.commands_of_readme(), *projects.table_of_readme()]
        self.assertEqual(sorted(documented), projects.all_projects())

    def test_there_is_no_bazel(self) -> None:
        self.run_commands("! command -v bazel; ! command -v bazelisk; command -v cmake")

    def test_the_commands_of_the_readme(self) -> None:
        ends = {
            "cmake": "degrees on average\n",
            "cmake_fetch": "in slow memory\n",
            "cmake_package": "the 3\n",
            "meson": "bytes in 32768\n",
            "make": "usable bytes\n",
        }
        commands = projects.commands_of_readme()
        self.assertEqual(set(commands), set(ends))
        for name, end in ends.items():
            with self.subTest(name):
                self.assertTrue(self.run_commands(commands[name]).endswith(end))

    def test_options_of_cmake_reach_the_code(self) -> None:
        output = self.run_commands(
            "tools/vendor options --heap fixed --with cmake\n"
            "cmake -S options -B options-build -DATOLL_FIXED_LOCK=ON -DATOLL_FIXED_QUICK=4\n"
            "cmake --build options-build\n"
            "nm options-build/libatoll_fixed.a\n"
        )
        self.assertIn("U atoll_fixed_enter", output)
        self.assertNotIn("atoll_fixed_owner", output)

    def test_options_of_meson_reach_the_code(self) -> None:
        output = self.run_commands(
            "tools/vendor options_meson --heap fixed --with meson\n"
            "meson setup meson-build options_meson -Downers=true -Dquick=4 -Dlarge=true\n"
            "meson compile -C meson-build\n"
            "nm meson-build/libatoll_fixed.a\n"
        )
        self.assertIn("U atoll_fixed_owner", output)
        self.assertNotIn("atoll_fixed_enter", output)

    def test_make_builds_the_fixed_heap_with_options(self) -> None:
        output = self.run_commands(
            "tools/vendor fixed_make --heap fixed --with make\n"
            "printf 'ATOLL_FIXED_OPTIONS = -DATOLL_FIXED_LOCK\\ninclude fixed_make/atoll_fixed.mk\\n"
            "mine: $(ATOLL_FIXED_OBJECT)\\n\\tnm $<\\n' > own.mk\n"
            "make -f own.mk\n"
        )
        self.assertIn("U atoll_fixed_enter", output)

    def test_meson_takes_the_heaps_over_an_operating_system(self) -> None:
        self.run_commands(
            "tools/vendor core --heap arena --with meson\n"
            "meson setup core-build core\n"
            "meson compile -C core-build\n"
            "meson install -C core-build --destdir out\n"
        )

    def test_unused_functions_of_the_fixed_heap_can_be_dropped(self) -> None:
        output = self.run_commands(
            "tools/vendor dropped --heap fixed --with cmake,make,meson\n"
            "cmake -S dropped -B dropped-cmake && cmake --build dropped-cmake\n"
            "meson setup dropped-meson dropped && meson compile -C dropped-meson\n"
            "printf 'include dropped/atoll_fixed.mk\nall: $(ATOLL_FIXED_OBJECT)\n' > dropped.mk\n"
            "make -f dropped.mk ATOLL_FIXED_BUILD=dropped-make all\n"
            "for code in dropped-cmake/libatoll_fixed.a dropped-meson/libatoll_fixed.a"
            " dropped-make/atoll_fixed.o; do\n"
            "  gcc -Idropped examples/vendored/cmake/main.c $code -Wl,--gc-sections -o program\n"
            "  nm program\n"
            "done\n"
        )
        self.assertEqual(output.count(" T atoll_fixed_malloc\n"), 3)
        self.assertNotIn("atoll_fixed_realloc", output)

    def test_installed_files_are_found_by_pkg_config(self) -> None:
        self.run_commands(
            "tools/vendor by_meson --heap fixed --with meson\n"
            'meson setup by_meson-build by_meson --prefix "$PWD/prefix" --libdir lib\n'
            "meson install -C by_meson-build\n"
            "export PKG_CONFIG_PATH=prefix/lib/pkgconfig\n"
            "flags=$(pkg-config --cflags --libs atoll_fixed)\n"
            "gcc examples/vendored/cmake/main.c $flags -o by_pkg_config\n"
            "./by_pkg_config\n"
        )

    def test_a_c_program_with_the_fixed_heap_needs_no_c_plus_plus_library(self) -> None:
        self.run_commands(
            "tools/vendor plain --heap fixed --with cmake,make\n"
            "cmake -S plain -B plain-build\n"
            "cmake --build plain-build\n"
            "gcc -Iplain examples/vendored/cmake/main.c plain-build/libatoll_fixed.a -o plain-program\n"
            "./plain-program\n"
            "printf 'include plain/atoll_fixed.mk\nprogram: $(ATOLL_FIXED_OBJECT)\n"
            "\tgcc $(ATOLL_FIXED_CPPFLAGS) examples/vendored/cmake/main.c $< -o plain-program\n' > c.mk\n"
            "make -f c.mk\n"
            "./plain-program\n"
        )


if __name__ == "__main__":
    unittest.main()
