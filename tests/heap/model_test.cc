// Random requests over this machine's own system, in every kind of heap.
#include "tests/heap/model.h"

#include <gtest/gtest.h>

#include <ostream>

#include "tests/heap/request_source.h"

namespace Atoll::test {
namespace {

constexpr port::Release kNative = port::native_release();

constexpr std::uint64_t kRequests = kIsEmulated ? 4000 : 120'000;

struct Variant {
  const char* name;
  port::Release release = kNative;
  bool tiny = true;
  bool is_bounded = false;  // and has a window, and scavenges at once
  bool is_sparing = false;
  bool checked = false;
  std::uint64_t profile_rate = 0;
  bool randomized = false;
  void (*change)(Mix& mix) = nullptr;

  friend std::ostream& operator<<(std::ostream& out, const Variant& variant) {
    return out << variant.name;
  }
};

const std::vector<Variant>& every_variant() {
  static const std::vector<Variant> all = [] {
    std::vector<Variant> variants = {
        {.name = "Default"},
        {.name = "WithoutTiny", .tiny = false},
        {.name = "Bounded", .tiny = false, .is_bounded = true},
        {.name = "Sparing", .is_sparing = true},
        {.name = "SparingAndBounded", .tiny = false, .is_bounded = true, .is_sparing = true},
        {.name = "Checked", .checked = true},
        {.name = "CheckedWithoutTiny", .tiny = false, .checked = true},
        {.name = "Sampled", .profile_rate = 4096},
        {.name = "SampledAlways", .profile_rate = 1},
        {.name = "SampledAndChecked", .checked = true, .profile_rate = 524'288},
        {.name = "ManyTiny", .change = [](Mix& mix) { mix.tiny_percent = 95; }},
        {.name = "ManyLarge",
         .change =
             [](Mix& mix) {
               mix.tiny_percent = 5;
               mix.large_percent = 60;
               mix.large_bits = 19;
               mix.scavenge_one_in = 100;
             }},
        {.name = "ManyStacks", .change = [](Mix& mix) { mix.stack_one_in = 2; }},
        {.name = "ManyCycles",
         .change =
             [](Mix& mix) {
               mix.slots = 200;
               mix.cycle_one_in = 20;
               mix.finalizer_one_in = 8;
             }},
        {.name = "NoCycles", .change = [](Mix& mix) { mix.cycle_one_in = 0; }},
    };
    const std::array<Variant, 8> releases = {{
        {.name = "Go1_17Sparing", .release = port::Release::k1_17, .is_sparing = true},
        {.name = "Go1_12", .release = port::Release::k1_12},
        {.name = "Go1_14", .release = port::Release::k1_14},
        {.name = "Go1_16", .release = port::Release::k1_16},
        {.name = "Go1_18", .release = port::Release::k1_18},
        {.name = "Go1_22", .release = port::Release::k1_22},
        {.name = "Go1_26", .release = port::Release::k1_26},
        {.name = "Go1_27Randomized", .release = port::Release::k1_27, .randomized = true},
    }};
    for (const Variant& variant : releases) {
      if (port::has_port(variant.release, port::kNativeGoos, port::kNativeGoarch)) {
        variants.push_back(variant);
      }
    }
    return variants;
  }();
  return all;
}

class RandomRequests : public testing::TestWithParam<Variant> {};

TEST_P(RandomRequests, DoWhatTheModelSays) {
  const Variant& variant = GetParam();
  Mix mix;
  if (variant.change != nullptr) variant.change(mix);
  HeapOptions options;
  options.spec = port::native_spec(variant.release);
  options.objects.tiny = variant.tiny;
  options.objects.checked = variant.checked;
  options.objects.profile_rate = variant.profile_rate;
  options.pages.is_bounded = variant.is_bounded;
  options.pages.is_sparing = variant.is_sparing;
  if (variant.is_bounded) {
    options.objects.most_stocked = 512 << 10;
    options.objects.most_large_cached = 2 << 20;
    options.pages.record_window = std::uint64_t{64} << 20;
    options.pages.scavenge_delay = 0;
  }
  if (variant.randomized) options.pages.hints.random_seed = request_seed();

  CorruptionLog log;
  log.listen(options);
  Heap heap;
  const Line why = heap.init(os::native(), options);
  ASSERT_EQ(why.view(), "");
  ModelOptions model_options;
  model_options.corruptions = &log;
  model_options.slots = mix.slots;
  model_options.most_live_bytes = (sizeof(void*) == 8 ? 48U : 24U) << 20;
  Model model(heap, options, model_options);
  RequestSource source(request_seed(), mix);
  EXPECT_EQ(run(model, source, kRequests), "") << "ATOLL_SEED=" << request_seed();
}

INSTANTIATE_TEST_SUITE_P(Heap, RandomRequests, testing::ValuesIn(every_variant()),
                         [](const auto& tested) { return std::string(tested.param.name); });

// Does what fuzzers do, with random bytes.
TEST(RandomBytes, DoWhatTheModelSays) {
  for (std::uint64_t round = 0; round < (kIsEmulated ? 5 : 40); ++round) {
    Random random(request_seed() + round);
    std::vector<std::uint8_t> bytes(2000);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.next());
    HeapOptions options;
    options.objects.tiny = round % 2 == 0;
    options.objects.checked = round % 4 >= 2;
    CorruptionLog log;
    log.listen(options);
    Heap heap;
    const Line why = heap.init(os::native(), options);
    ASSERT_EQ(why.view(), "");
    ModelOptions model_options;
    model_options.corruptions = &log;
    model_options.slots = 64;
    model_options.most_live_bytes = 24U << 20;
    Model model(heap, options, model_options);
    std::span<const std::uint8_t> rest = bytes;
    while (const std::optional<Request> request = decode(rest)) {
      if (!model.execute(*request)) break;
    }
    if (model.check() && model.free_all()) (void)model.check();
    ASSERT_EQ(model.failure(), "") << "round " << round << ", ATOLL_SEED=" << request_seed();
  }
}

}  // namespace
}  // namespace Atoll::test
