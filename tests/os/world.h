// A world for the conformance suite: an operating system, and a way to touch its memory.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "os/os.h"

namespace Atoll::os::test {

// Whether resident() has an answer.
enum class Told : std::uint8_t { kNever, kAlways, kEither };

class World {
 public:
  virtual ~World() = default;

  virtual Os& os() = 0;
  // Both are empty or false if touching the address faults.
  virtual std::optional<std::uint8_t> read(Address address) = 0;
  virtual bool write(Address address, std::uint8_t byte) = 0;
  // How many bytes were not given back, where that is known.
  virtual std::uint64_t bytes_held() { return 0; }
  virtual Told tells_resident() { return Told::kEither; }
};

struct WorldMaker {
  std::string name;  // letters, digits and underscores
  std::unique_ptr<World> (*make)(std::size_t choice);
  std::size_t choice = 0;
  int random_calls = 3000;  // fewer if other worlds have tested the same system
};

inline void PrintTo(const WorldMaker& maker, std::ostream* out) { *out << maker.name; }

inline std::string name_of(const ::testing::TestParamInfo<WorldMaker>& info) {
  return info.param.name;
}

// The backend of this platform, alone and behind every decorator.
std::vector<WorldMaker> native_worlds();
// The simulation under every preset, and behind every decorator.
std::vector<WorldMaker> sim_worlds();
// The page tables of bare arm64, walked by hand, and behind every decorator.
std::vector<WorldMaker> arm64_worlds();

}  // namespace Atoll::os::test
