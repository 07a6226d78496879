// Writes the seeds that are made, not found: bazel run //tests/fuzz/executables:write_seeds
// $PWD/tests/fuzz/executables/seeds

#include <cstdio>
#include <fstream>

#include "tests/fuzz/executables/programs.h"

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: write_seeds FOLDER\n", stderr);
    return 2;
  }
  for (const Atoll::fuzz::Named& program : Atoll::fuzz::all_programs()) {
    std::ofstream file(std::string(arguments[1]) + "/" + program.name, std::ios::binary);
    if (!(file << program.bytes).flush()) return 1;
  }
  return 0;
}
