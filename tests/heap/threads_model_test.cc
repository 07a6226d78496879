// Random requests of several threads in one heap, compared with a model of each thread. Built only
// for targets that have threads.
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <ostream>
#include <string>

#include "tests/heap/counts.h"
#include "tests/heap/threads.h"

namespace Atoll::test {
namespace {

struct SharedHeap {
  const char* name;
  bool tiny = true;
  bool checked = false;
  std::uint64_t profile_rate = 0;
  bool is_sparing = false;  // and has a window
  unsigned sleepers = 0;    // other threads that have caches

  friend std::ostream& operator<<(std::ostream& out, const SharedHeap& variant) {
    return out << variant.name;
  }
};

HeapOptions options_of(const SharedHeap& variant) {
  HeapOptions options;
  options.objects.tiny = variant.tiny;
  options.objects.checked = variant.checked;
  options.objects.profile_rate = variant.profile_rate;
  options.pages.is_sparing = variant.is_sparing;
  if (variant.is_sparing) options.pages.record_window = std::uint64_t{64} << 30;
  return options;
}

class Models : public Threads, public testing::WithParamInterface<SharedHeap> {
 protected:
  Models() : Threads(options_of(GetParam())) {}
};

// Each thread has a model with slots of its own, and at times sends an object to the first thread
// that takes it. Every round has new threads, which free the objects of earlier ones.
TEST_P(Models, AgreeAtQuietMoments) {
  constexpr unsigned kModels = 4;
  Crowd sleepers(GetParam().sleepers, [&](unsigned) {
    const auto least = static_cast<std::size_t>(options_.spec.fixed_stack);
    heap_.stack_free(heap_.stack_allocate(least));  // counts as no object
  });
  std::array<std::optional<Model>, kModels> models;
  Mix mix;
  mix.slots = 200;
  mix.cycle_one_in = 0;
  for (auto& model : models) {
    ModelOptions model_options;
    model_options.slots = mix.slots;
    model_options.most_live_bytes = std::uint64_t{8} << 20;
    model_options.is_shared = true;
    model.emplace(heap_, options_, model_options);
  }
  Mailbox<Model::Item> box;
  for (unsigned round = 0; round < 4; ++round) {
    run_threads(kModels, [&](unsigned i) {
      Model& model = *models[(i + round) % kModels];
      RequestSource source(round * kModels + i, mix);
      Random random(i);
      for (std::uint64_t n = 0; n < 300 * kScale; ++n) {
        if (!model.execute(source.next())) return;
        if (!random.one_in(4)) continue;
        const auto slot = static_cast<std::uint32_t>(random.below(mix.slots));
        const Model::Item item = model.give_away(slot);
        if (item.bytes != nullptr) box.put(item);
        if (const auto other = box.take()) (void)model.take_over(slot, *other);
      }
    });
    while (const auto item = box.take()) {
      ASSERT_TRUE(models[0]->take_over(0, *item)) << models[0]->failure();
    }
    Counts counts;
    for (auto& model : models) {
      EXPECT_TRUE(model->check_contents()) << model->failure();
      counts.add(model->counts());
    }
    const Statistics s = heap_.statistics();
    EXPECT_EQ(check_identities(s), "");
    EXPECT_EQ(compare(s, counts, kModels + 1), "") << "round " << round;
    ASSERT_EQ(text(heap_.check()), "");
  }
  for (auto& model : models) EXPECT_TRUE(model->free_all()) << model->failure();
  sleepers.wake();
  expect_empty();
}

INSTANTIATE_TEST_SUITE_P(Heap, Models,
                         testing::Values(SharedHeap{"Default"}, SharedHeap{"WithoutTiny", false},
                                         SharedHeap{"Checked", true, true},
                                         SharedHeap{"Sampled", true, false, 4096},
                                         SharedHeap{"Sparing", false, false, 0, true},
                                         SharedHeap{"Crowded", true, false, 0, false, 32},
                                         SharedHeap{"SparingCrowded", false, false, 0, true, 64}),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace Atoll::test
