// The probe of machines without an operating system, on every target.
#include "tools/probe/fixed_probe.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace Atoll::probe {
namespace {

struct Told {
  bool agrees = false;
  std::string lines;
};

Told probe(std::span<std::byte> buffer) {
  Told told;
  told.agrees = run_fixed(
      buffer,
      [](void* context, std::string_view line) {
        static_cast<Told*>(context)->lines += std::string(line) + '\n';
      },
      &told);
  return told;
}

TEST(FixedProbe, AgreesOverBuffersOfEverySize) {
  std::vector<std::uint64_t> words(16 << 10);
  for (const std::size_t size : {16U << 10, (16U << 10) + 8, 40'000U, 128U << 10}) {
    const Told told = probe(std::as_writable_bytes(std::span(words)).first(size));
    EXPECT_TRUE(told.agrees) << told.lines;
    for (const char* name : {"heap", "room", "blocks", "invariants", "misuse", "empty"}) {
      EXPECT_NE(told.lines.find("check\t" + std::string(name) + "\tok\t"), std::string::npos)
          << told.lines;
    }
  }
}

TEST(FixedProbe, TellsWhyThereIsNoHeap) {
  std::vector<std::uint64_t> words(4);
  const Told told = probe(std::as_writable_bytes(std::span(words)));
  EXPECT_FALSE(told.agrees);
  EXPECT_NE(told.lines.find("check\theap\tFAIL\tthe buffer is too small\n"), std::string::npos)
      << told.lines;
}

}  // namespace
}  // namespace Atoll::probe
