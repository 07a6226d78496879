// Mark, sweep and finalizers, as a runtime with a collector uses them.
#include <array>
#include <cstring>
#include <set>
#include <utility>

#include "tests/heap/counts.h"
#include "tests/heap/fixture.h"

namespace Atoll::test {
namespace {

class Cycle : public HeapTest {
 protected:
  static constexpr std::array<std::size_t, 6> kSizes = {8, 16, 100, 3000, 32'768, 100'000};

  // Marks `roots` and sweeps everything.
  void collect(const std::vector<void*>& roots) {
    heap_.begin_mark();
    for (void* const p : roots) (void)heap_.mark(p);
    heap_.end_mark();
    heap_.sweep_all();
  }
};

TEST_F(Cycle, ObjectsThatAreNotMarkedDie) {
  std::vector<void*> kept;
  for (int i = 0; i < 30; ++i) {
    for (const std::size_t size : kSizes) {
      void* const p = heap_.allocate(size, Scan::kScan);
      std::memset(p, i, size);
      if (i % 3 == 0) kept.push_back(p);
    }
  }
  collect(kept);
  EXPECT_EQ(objects(), kept.size());
  for (const void* const p : kept) EXPECT_TRUE(holds(p));
  EXPECT_EQ(check_identities(heap_.statistics()), "");
  collect({});
  EXPECT_EQ(objects(), 0U);
}

TEST_F(Cycle, AnyAddressMarksItsObjectOnce) {
  for (const std::size_t size : kSizes) {
    char* const p = static_cast<char*>(heap_.allocate(size, Scan::kScan));
    const std::size_t usable = heap_.usable_size(p);
    heap_.begin_mark();
    const Object marked = heap_.mark(p + usable - 1);
    EXPECT_EQ(marked.base, p);
    EXPECT_EQ(marked.size, usable);
    EXPECT_FALSE(marked.noscan);
    EXPECT_FALSE(heap_.mark(p)) << "marked already";
    heap_.end_mark();
    heap_.sweep_all();
    EXPECT_TRUE(holds(p));
  }
}

TEST_F(Cycle, MarkingWildAddressesDoesNothing) {
  int on_stack = 0;
  const StackMemory stack = heap_.stack_allocate(1 << 15);
  void* const freed = heap_.allocate(100, Scan::kScan);
  heap_.free(freed);
  heap_.begin_mark();
  EXPECT_FALSE(heap_.mark(nullptr));
  EXPECT_FALSE(heap_.mark(&on_stack));
  EXPECT_FALSE(heap_.mark(stack.base));
  EXPECT_FALSE(heap_.mark(freed));
  EXPECT_FALSE(heap_.mark(reinterpret_cast<void*>(UINTPTR_MAX)));
  heap_.end_mark();
  heap_.sweep_all();
  EXPECT_EQ(objects(), 0U);
  heap_.stack_free(stack);
}

TEST_F(Cycle, NewObjectsAreBornMarked) {
  (void)heap_.allocate(100);
  heap_.begin_mark();
  std::vector<void*> born;
  for (const std::size_t size : kSizes) {
    born.push_back(heap_.allocate(size, Scan::kScan));
    born.push_back(heap_.allocate_zeroed(size));
    born.push_back(heap_.allocate_aligned(size, 128));
  }
  for (void* const p : born) EXPECT_FALSE(heap_.mark(p)) << "born marked";
  heap_.end_mark();
  void* const later = heap_.allocate(100);
  heap_.sweep_all();
  for (const void* const p : born) EXPECT_TRUE(holds(p));
  EXPECT_TRUE(holds(later));
  EXPECT_EQ(objects(), born.size() + 1);
}

TEST_F(Cycle, ObjectsOfTheCacheAreAsOthers) {
  // Fills the thread's lists with freed objects: the heap hands their memory out again while
  // marking.
  for (const std::size_t size : kSizes) {
    std::vector<void*> some;
    for (int i = 0; i < 100; ++i) some.push_back(heap_.allocate(size));
    for (void* const p : some) heap_.free(p);
  }
  heap_.begin_mark();
  std::vector<void*> born;
  for (const std::size_t size : kSizes) {
    for (int i = 0; i < 100; ++i) born.push_back(heap_.allocate(size));
  }
  heap_.end_mark();
  heap_.sweep_all();
  for (const void* const p : born) EXPECT_TRUE(holds(p));
  EXPECT_EQ(text(heap_.check()), "");
}

// Unmarked objects are free. An explicit free before the sweep must not free one twice.
TEST_F(Cycle, FreeingWhatDiedIsNamedAndWithoutEffect) {
  constexpr std::size_t kSize = 64;
  std::vector<void*> dead;
  for (int i = 0; i < 2000; ++i) dead.push_back(heap_.allocate(kSize, Scan::kScan));
  heap_.begin_mark();
  heap_.end_mark();
  for (void* const p : dead) heap_.free(p);
  std::set<void*> live;
  for (int i = 0; i < 1000; ++i) live.insert(heap_.allocate(kSize, Scan::kScan));
  heap_.sweep_all();
  for (int i = 0; i < 2000; ++i) live.insert(heap_.allocate(kSize, Scan::kScan));
  EXPECT_EQ(live.size(), 3000U);
  EXPECT_EQ(objects(), 3000U);
  for (void* const p : live) heap_.free(p);
  heap_.flush_thread();
  EXPECT_EQ(take_corruptions().size(), dead.size());
  EXPECT_EQ(objects(), 0U);
}

TEST_F(Cycle, FreeingGoesOn) {
  std::vector<void*> all;
  for (int i = 0; i < 10; ++i) {
    for (const std::size_t size : kSizes) all.push_back(heap_.allocate(size, Scan::kScan));
  }
  heap_.begin_mark();
  for (std::size_t i = 0; i < all.size(); i += 2) (void)heap_.mark(all[i]);
  for (std::size_t i = 0; i < all.size(); i += 3) {
    heap_.free(all[i]);  // some that are marked, some that are not
    EXPECT_FALSE(holds(all[i])) << "the answer is exact while marking";
  }
  heap_.end_mark();
  for (std::size_t i = 0; i < all.size(); i += 2) {
    if (i % 3 != 0) heap_.free(all[i]);
  }
  heap_.sweep_all();
  EXPECT_EQ(objects(), 0U);
  EXPECT_EQ(text(heap_.check()), "");
}

TEST_F(Cycle, DeadObjectsAreNotFoundBeforeTheyAreSwept) {
  void* const p = heap_.allocate(100);
  void* const large = heap_.allocate(100'000);
  heap_.begin_mark();
  EXPECT_TRUE(holds(p));
  heap_.end_mark();
  EXPECT_FALSE(holds(p));
  EXPECT_FALSE(holds(large));
  heap_.sweep_all();
  EXPECT_FALSE(holds(p));
}

TEST_F(Cycle, TinyObjectsLiveTogether) {
  // The last object leaves its block open.
  std::vector<void*> parts;
  for (int i = 0; i < 21; ++i) parts.push_back(heap_.allocate(4));
  heap_.begin_mark();
  const Object block = heap_.mark(parts[0]);
  EXPECT_EQ(block.base, parts[0]);
  EXPECT_EQ(block.size, port::kTinySize);
  EXPECT_TRUE(block.noscan);
  EXPECT_FALSE(heap_.mark(parts[1])) << "of the same block";
  EXPECT_TRUE(heap_.mark(parts[4]));
  void* const born = heap_.allocate(4);
  heap_.end_mark();
  heap_.sweep_all();
  EXPECT_TRUE(holds(parts[3]));
  EXPECT_TRUE(holds(parts[4]));
  EXPECT_FALSE(holds(parts[8]));
  EXPECT_TRUE(holds(born));
  heap_.free(born);
  for (int i = 0; i < 8; ++i) heap_.free(parts[static_cast<std::size_t>(i)]);
  heap_.flush_thread();
  EXPECT_EQ(objects(), 0U);
}

TEST_F(Cycle, SweepsSpanBySpan) {
  for (const std::size_t size : kSizes) (void)heap_.allocate(size, Scan::kScan);
  heap_.begin_mark();
  heap_.end_mark();
  int swept = 0;
  while (heap_.sweep_one()) ++swept;
  EXPECT_GE(swept, 6);
  EXPECT_EQ(objects(), 0U);
  EXPECT_FALSE(heap_.sweep_one());
}

TEST_F(Cycle, TheNextOneSweepsWhatTheLastOneLeft) {
  for (const std::size_t size : kSizes) (void)heap_.allocate(size);
  heap_.begin_mark();
  heap_.end_mark();
  heap_.begin_mark();
  EXPECT_EQ(objects(), 0U);
  EXPECT_FALSE(heap_.sweep_one());
  heap_.end_mark();
}

TEST_F(Cycle, DeadMemoryComesBackWhenItIsNeeded) {
  const auto fill_up = [this] {
    for (int i = 0; i < 40; ++i) (void)heap_.allocate(50'000);
    for (int i = 0; i < 4000; ++i) (void)heap_.allocate(500);
  };
  fill_up();
  const std::uint64_t before = heap_.statistics().heap_sys;
  for (int cycle = 0; cycle < 50; ++cycle) {
    heap_.begin_mark();
    heap_.end_mark();
    fill_up();  // nothing else sweeps
  }
  EXPECT_LE(heap_.statistics().heap_sys, before + (8U << 20));
}

TEST_F(Cycle, StacksAreNotConcerned) {
  std::vector<StackMemory> stacks;
  for (std::size_t size = 1 << 13; size <= 1 << 17; size *= 2) {
    stacks.push_back(heap_.stack_allocate(size));
    std::memset(stacks.back().base, 7, size);
  }
  heap_.begin_mark();
  heap_.stack_free(stacks.back());
  stacks.pop_back();
  stacks.push_back(heap_.stack_allocate(1 << 16));
  std::memset(stacks.back().base, 7, 1 << 16);
  heap_.end_mark();
  heap_.sweep_all();
  (void)heap_.allocate(1 << 17);
  for (const StackMemory& stack : stacks) {
    EXPECT_EQ(static_cast<char*>(stack.base)[stack.size / 2], 7);
    heap_.stack_free(stack);
  }
}

// --- Finalizers. ---

struct Ran {
  std::vector<void*> objects;

  static void note(void* object, void* argument) {
    static_cast<Ran*>(argument)->objects.push_back(object);
  }
};

class Finalizers : public Cycle {
 protected:
  bool set(void* p) { return heap_.set_finalizer(p, &Ran::note, &ran_); }
  std::vector<void*> run_all() {
    while (heap_.run_finalizer()) {
    }
    return std::exchange(ran_.objects, {});
  }

  Ran ran_;
};

TEST_F(Finalizers, RunOnceWhenTheirObjectHasDied) {
  for (const std::size_t size : kSizes) {
    char* const p = static_cast<char*>(heap_.allocate(size, Scan::kScan));
    std::memset(p, 5, size);
    ASSERT_TRUE(set(p));
    collect({p});
    EXPECT_TRUE(run_all().empty()) << "it lives";
    collect({});
    EXPECT_TRUE(holds(p)) << "it lives on for its finalizer";
    EXPECT_EQ(p[size - 1], 5);
    EXPECT_EQ(run_all(), std::vector<void*>{p});
    collect({});
    EXPECT_FALSE(holds(p));
    EXPECT_TRUE(run_all().empty());
    EXPECT_EQ(objects(), 0U);
  }
}

TEST_F(Finalizers, KeepTheirObjectAliveWhileTheyWait) {
  char* const p = static_cast<char*>(heap_.allocate(100, Scan::kScan));
  std::memset(p, 5, 100);
  ASSERT_TRUE(set(p));
  collect({});
  collect({});
  collect({});
  EXPECT_TRUE(holds(p));
  EXPECT_EQ(p[50], 5);
  EXPECT_EQ(run_all(), std::vector<void*>{p});
  collect({});
  EXPECT_EQ(objects(), 0U);
}

TEST_F(Finalizers, MayBringTheirObjectBack) {
  void* const p = heap_.allocate(100, Scan::kScan);
  ASSERT_TRUE(set(p));
  collect({});
  EXPECT_EQ(run_all().size(), 1U);
  ASSERT_TRUE(set(p)) << "the first one is gone";
  collect({p});
  EXPECT_TRUE(run_all().empty());
  collect({});
  EXPECT_EQ(run_all().size(), 1U);
}

TEST_F(Finalizers, AreDroppedWhenTheirObjectIsFreed) {
  for (const std::size_t size : kSizes) {
    void* const p = heap_.allocate(size, Scan::kScan);
    ASSERT_TRUE(set(p));
    heap_.free(p);
    void* const q = heap_.allocate(size, Scan::kScan);
    collect({});
    EXPECT_TRUE(run_all().empty()) << size << (p == q ? " at the same place" : "");
  }
}

TEST_F(Finalizers, AreDroppedWhenTheirObjectIsFreedWhileTheyWait) {
  void* const p = heap_.allocate(100);
  ASSERT_TRUE(set(p));
  collect({});
  heap_.free(p);
  EXPECT_TRUE(run_all().empty());
}

TEST_F(Finalizers, CanBeCleared) {
  void* const p = heap_.allocate(100);
  EXPECT_FALSE(heap_.clear_finalizer(p));
  ASSERT_TRUE(set(p));
  EXPECT_TRUE(heap_.clear_finalizer(p));
  EXPECT_FALSE(heap_.clear_finalizer(p));
  collect({});
  EXPECT_TRUE(run_all().empty());
  EXPECT_EQ(objects(), 0U);
}

TEST_F(Finalizers, AreForObjectsAndOneForEach) {
  void* const p = heap_.allocate(100);
  EXPECT_TRUE(set(p));
  EXPECT_FALSE(set(p));
  int on_stack = 0;
  EXPECT_FALSE(set(&on_stack));
  EXPECT_FALSE(set(nullptr));
  const StackMemory stack = heap_.stack_allocate(1 << 15);
  EXPECT_FALSE(set(stack.base));
  EXPECT_FALSE(heap_.clear_finalizer(&on_stack));
}

// Objects of two words, the first of which points to another object.
TEST_F(Finalizers, KeepWhatTheirObjectRefersToIfTheCollectorMarksIt) {
  auto** const holder = static_cast<void**>(heap_.allocate(200, Scan::kScan));
  void* const held = heap_.allocate(500);
  holder[0] = held;
  ASSERT_TRUE(set(holder));
  for (int cycle = 0; cycle < 3; ++cycle) {
    heap_.begin_mark();
    std::vector<Object> seen;
    struct Visitor {
      Heap& heap;
      std::vector<Object>& seen;
    } visitor{heap_, seen};
    heap_.for_each_finalizable(
        [](void* context, Object object) {
          const auto& to = *static_cast<Visitor*>(context);
          to.seen.push_back(object);
          (void)to.heap.mark(*static_cast<void**>(object.base));
        },
        &visitor);
    heap_.end_mark();
    heap_.sweep_all();
    ASSERT_EQ(seen.size(), 1U) << "set in the first cycle, due in the others";
    EXPECT_EQ(seen[0].base, holder);
    EXPECT_EQ(seen[0].size, heap_.usable_size(holder));
    EXPECT_FALSE(seen[0].noscan);
    EXPECT_TRUE(holds(holder));
    EXPECT_TRUE(holds(held));
  }
  EXPECT_EQ(run_all(), std::vector<void*>{holder});
  collect({});
  EXPECT_EQ(objects(), 0U);
}

TEST_F(Finalizers, AreIndependentOfEachOther) {
  std::vector<void*> all;
  for (int i = 0; i < 200; ++i) {
    all.push_back(heap_.allocate(48));
    ASSERT_TRUE(set(all.back()));
  }
  heap_.free(all[10]);
  EXPECT_TRUE(heap_.clear_finalizer(all[20]));
  collect({all[30], all[40]});
  EXPECT_EQ(run_all().size(), 196U);
  EXPECT_TRUE(holds(all[30]));
  EXPECT_FALSE(holds(all[20]));
  collect({});
  EXPECT_EQ(run_all().size(), 2U);
  collect({});
  EXPECT_EQ(objects(), 0U);
}

}  // namespace
}  // namespace Atoll::test
