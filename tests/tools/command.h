// Runs the built command as a user would.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace Atoll {

using Json = nlohmann::ordered_json;

struct Outcome {
  int exit_code = -1;  // -1: a signal ended it
  std::string out;
  std::string err;
};

// `arguments` are separated by single spaces; two of them make an empty argument.
Outcome run(const std::string& arguments);

// The same, with standard output connected to a file or device of the system.
Outcome run_into(const std::string& arguments, const std::string& output_path);

// What a successful call with --format json answers; a failure of the test otherwise.
Json ask(const std::string& arguments);

// "0xc000000000".
std::string hex(std::uint64_t value);

// "1.11" to "1.27".
std::vector<std::string> releases();

}  // namespace Atoll
