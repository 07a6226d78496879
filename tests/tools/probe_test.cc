// The probe, on every target: it agrees with a good system and catches a bad one.
#include "tools/probe/probe.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "os/base/bits.h"
#include "os/base/decimal.h"
#include "os/decorators/fault_injection.h"
#include "os/decorators/refuse_hints.h"
#include "src/port/hints.h"
#include "tools/probe/kernel.h"
#include "tools/probe/kernel_text.h"

namespace Atoll::probe {
namespace {

struct Told {
  bool agrees = false;
  std::vector<std::string> lines;

  bool has(std::string_view part) const {
    for (const std::string& line : lines) {
      if (line.find(part) != std::string::npos) return true;
    }
    return false;
  }
  std::string all() const {
    std::string text;
    for (const std::string& line : lines) text += line + '\n';
    return text;
  }
};

Told probe(os::Os& os, port::Release release = port::native_release()) {
  Told told;
  told.agrees = run(
      os, release, /*race=*/false,
      [](void* context, std::string_view line) {
        static_cast<Told*>(context)->lines.emplace_back(line);
      },
      &told);
  return told;
}

TEST(Probe, EveryReleaseAgreesWithThisSystem) {
  for (const port::Release release : port::kReleases) {
    if (!port::has_port(release, port::kNativeGoos, port::kNativeGoarch)) continue;
    const Told told = probe(os::native(), release);
    EXPECT_TRUE(told.agrees) << told.all();
  }
}

TEST(Probe, ASystemThatIgnoresHintsIsExplained) {
  os::RefuseHintsOs os(os::native());
  const Told told = probe(os);
  const os::Machine machine = os.probe();
  if (!machine.releases_parts) {
    // The heap could get an aligned part only by a hint at its place: no real system is like that.
    EXPECT_FALSE(told.agrees);
    EXPECT_TRUE(told.has("out of memory")) << told.all();
    return;
  }
  EXPECT_TRUE(told.agrees) << told.all();
  const port::PortSpec spec = port::native_spec();
  if (machine.linear_only && spec.uses_32_bit_start()) {
    // The reservation is a hint too, for which such a system substitutes nothing.
    EXPECT_TRUE(told.has("arenas of 0 B at 0x0: that place is not the segment's end"))
        << told.all();
  }
  if (spec.heap_start == port::HeapStart::kHints && machine.address_bits >= 47) {
    EXPECT_TRUE(told.has(machine.linear_only ? "because memory is one growing segment"
                                             : "because this system ignores hints"))
        << told.all();
  }
}

// Says that hints are honoured, and puts memory elsewhere.
class LyingOs final : public os::ForwardOs {
 public:
  LyingOs() : ForwardOs(os::native()) {}
  os::Allocation reserve(Address hint, std::uint64_t size) override {
    const bool is_arena = size >= (std::uint64_t{1} << 20) && !hint.is_null();
    return beneath().reserve(is_arena ? Address() : hint, size);
  }
};

TEST(Probe, AHintThatNothingExplainsIsADisagreement) {
  LyingOs os;
  const os::Machine machine = os.probe();
  const port::PortSpec spec = port::native_spec();
  if (machine.linear_only || spec.heap_start != port::HeapStart::kHints) {
    EXPECT_TRUE(machine.linear_only || spec.ptr_size == 4) << "no 64-bit hints to lie about";
    return;
  }
  const Told told = probe(os);
  if (machine.address_bits < 64 && *port::first_usable_hint(spec) >> machine.address_bits != 0) {
    EXPECT_TRUE(told.has("bits of address")) << told.all();
    return;  // no hint can be honoured: the lie changes nothing
  }
  EXPECT_FALSE(told.agrees);
  EXPECT_TRUE(told.has("nothing explains it")) << told.all();
}

// Fresh memory is not zero.
class DirtyOs final : public os::ForwardOs {
 public:
  DirtyOs() : ForwardOs(os::native()) {}
  os::Status used(Address base, std::uint64_t size) override {
    const os::Status status = beneath().used(base, size);
    if (status.ok()) *static_cast<volatile char*>(base.pointer()) = 1;
    return status;
  }
};

TEST(Probe, MemoryThatIsNotZeroIsADisagreement) {
  DirtyOs os;
  const Told told = probe(os);
  EXPECT_FALSE(told.agrees);
  EXPECT_TRUE(told.has("check\tmemory\tFAIL\tfresh memory is not zero")) << told.all();
}

class BadPagesOs final : public os::ForwardOs {
 public:
  BadPagesOs() : ForwardOs(os::native()) {}
  os::Machine probe() override {
    os::Machine machine = beneath().probe();
    machine.page_size = 12288;
    return machine;
  }
};

TEST(Probe, APageSizeThatIsNoPowerOfTwoIsADisagreement) {
  BadPagesOs os;
  const Told told = Atoll::probe::probe(os);
  EXPECT_FALSE(told.agrees);
  EXPECT_TRUE(told.has("must be a power of 2")) << told.all();
}

TEST(Probe, ASystemWithoutMemoryIsADisagreementAndNoCrash) {
  for (const os::Verb verb : {os::Verb::kReserve, os::Verb::kMap, os::Verb::kUsed}) {
    os::FaultInjectionOs os(os::native());
    os.only(verb);
    os.fail_from_call(1);
    EXPECT_FALSE(probe(os).agrees) << os::name(verb);
  }
}

// --- What a kernel says of itself. ---

TEST(KernelText, TheChosenWordIsInBrackets) {
  EXPECT_EQ(chosen_word("always [madvise] never\n"), "madvise");
  EXPECT_EQ(chosen_word("[always] madvise never"), "always");
  for (const char* const none : {"", "never", "]never[", "[never"}) {
    EXPECT_EQ(chosen_word(none), "") << none;
  }
}

TEST(KernelText, NumbersAreDecimalAndFit) {
  EXPECT_EQ(parse_decimal("0"), 0U);
  EXPECT_EQ(parse_decimal("18446744073709551615"), ~std::uint64_t{0});
  for (const char* const none : {"", "18446744073709551616", "-1", "1 ", "max", "0x10"}) {
    EXPECT_EQ(parse_decimal(none), std::nullopt) << none;
  }
}

TEST(KernelText, TheGroupIsTheMemorysOwnWhereItHasOne) {
  const Cgroup second = memory_cgroup("0::/user.slice/a:b\n");
  EXPECT_FALSE(second.is_first_generation);
  EXPECT_EQ(second.path, "/user.slice/a:b");
  const Cgroup first = memory_cgroup("9:name=systemd:/\n4:cpu,memory:/jobs/1\n3:cpuset:/\n0::/\n");
  EXPECT_TRUE(first.is_first_generation);
  EXPECT_EQ(first.path, "/jobs/1");
  EXPECT_EQ(memory_cgroup("0::/").path, "/");
  for (const char* const none : {"", "\n\n", "memory", "1:memory", "4:memory2:/\n"}) {
    EXPECT_EQ(memory_cgroup(none).path, "") << none;
  }
}

TEST(Kernel, EachFactIsALineOfItsOwn) {
  std::vector<std::string> lines;
  tell_kernel(
      [](void* context, std::string_view line) {
        static_cast<std::vector<std::string>*>(context)->emplace_back(line);
      },
      &lines);
  EXPECT_EQ(lines.size(), std::size_t{ATOLL_KERNEL_FACTS});
  for (const std::string& line : lines) {
    EXPECT_TRUE(line.starts_with("fact\t")) << line;
    const std::size_t tab = line.find('\t', 5);
    ASSERT_NE(tab, std::string::npos) << line;
    EXPECT_LT(tab + 1, line.size()) << line;
    EXPECT_EQ(line.find('\t', tab + 1), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace Atoll::probe
