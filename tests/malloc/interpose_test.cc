// The functions that macOS programs get for the malloc family, called by the pairs that dyld would
// read, with a libSystem of the test's own behind; and the thread-locals of the library.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <cstring>

#include "os/darwin/system.h"
#include "src/malloc/darwin/system_malloc.h"
#include "src/malloc/darwin/thread_locals.h"
#include "src/malloc/process_heap.h"

namespace {

struct Pair {
  void* function;
  void* instead_of;
};

extern "C" const Pair first_pair __asm("section$start$__DATA$__interpose");
extern "C" const Pair end_of_pairs __asm("section$end$__DATA$__interpose");

extern "C" int start_thread(void** thread, const void* attributes, void* (*function)(void*),
                            void* argument) __asm("_pthread_create");
extern "C" int join_thread(void* thread, void** result) __asm("_pthread_join");

}  // namespace

// --- libSystem's, as far as it is not the stand-ins' (malloc, calloc, realloc, free). ---

namespace Atoll::darwin {

namespace {
char zone_memory[64];
Zone* const zone = reinterpret_cast<Zone*>(zone_memory);
alignas(16) char zone_object[64];
int zone_calls = 0;
}  // namespace

void* system_reallocf(void*, std::size_t) { return nullptr; }
void* system_valloc(std::size_t) { return nullptr; }
void* system_aligned_alloc(std::size_t, std::size_t) { return nullptr; }
int system_posix_memalign(void**, std::size_t, std::size_t) { return -1; }
std::size_t system_malloc_size(const void* p) { return p == zone_object ? 64 : 0; }
std::size_t system_malloc_good_size(std::size_t) { return 0; }
Zone* system_default_zone() { return zone; }
Zone* system_zone_from_ptr(const void* p) { return p == zone_object ? zone : nullptr; }
void system_zone_free(Zone*, void*) { ++zone_calls; }
void* system_zone_realloc(Zone*, void* p, std::size_t) {
  ++zone_calls;
  return p;
}

}  // namespace Atoll::darwin

namespace {

namespace darwin = Atoll::darwin;

// What dyld makes of a call.
template <typename Function>
Function* interposed(Function* theirs) {
  for (const Pair* pair = &first_pair; pair != &end_of_pairs; ++pair) {
    if (pair->instead_of == reinterpret_cast<void*>(theirs)) {
      return reinterpret_cast<Function*>(pair->function);
    }
  }
  ADD_FAILURE() << "not interposed";
  return theirs;
}

bool is_atolls(const void* p) { return static_cast<bool>(Atoll::process_heap()->find_object(p)); }

TEST(InterposeTest, ObjectsAreTheHeaps) {
  auto* const release = interposed(darwin::system_free);
  auto* const size_of = interposed(darwin::system_malloc_size);
  void* p = interposed(darwin::system_malloc)(100);
  EXPECT_TRUE(is_atolls(p));
  EXPECT_EQ(size_of(p), 112);
  p = interposed(darwin::system_realloc)(p, 1000);
  EXPECT_TRUE(is_atolls(p));
  EXPECT_EQ(size_of(p), interposed(darwin::system_malloc_good_size)(1000));
  p = interposed(darwin::system_realloc)(p, 0);
  EXPECT_TRUE(is_atolls(p)) << "an object still";
  release(p);
  p = interposed(darwin::system_calloc)(10, 10);
  EXPECT_EQ(static_cast<char*>(p)[99], 0);
  EXPECT_EQ(interposed(darwin::system_reallocf)(p, SIZE_MAX - (1 << 20)), nullptr);
  EXPECT_EQ(size_of(p), 112) << "freed, but in this thread's cache";
  release(nullptr);
}

TEST(InterposeTest, AlignmentsAreKept) {
  auto* const release = interposed(darwin::system_free);
  const auto is_aligned = [](const void* p, std::size_t alignment) {
    return is_atolls(p) && reinterpret_cast<std::uintptr_t>(p) % alignment == 0;
  };
  void* p = interposed(darwin::system_aligned_alloc)(256, 100);
  EXPECT_TRUE(is_aligned(p, 256));
  release(p);
  p = interposed(darwin::system_valloc)(100);
  EXPECT_TRUE(is_aligned(p, 4096));
  release(p);
  EXPECT_EQ(interposed(darwin::system_posix_memalign)(&p, 1024, 100), 0);
  EXPECT_TRUE(is_aligned(p, 1024));
  release(p);
  EXPECT_EQ(interposed(darwin::system_posix_memalign)(&p, 24, 100), 22);
}

TEST(InterposeTest, AnObjectIsOfTheDefaultZoneAndGoesBackByIt) {
  auto* const zone_of = interposed(darwin::system_zone_from_ptr);
  auto* const release = interposed(darwin::system_zone_free);
  auto* const reallocate = interposed(darwin::system_zone_realloc);
  void* p = interposed(darwin::system_malloc)(100);
  EXPECT_EQ(zone_of(p), darwin::zone);
  EXPECT_EQ(zone_of(static_cast<char*>(p) + 8), nullptr);
  p = reallocate(darwin::zone, p, 1000);
  EXPECT_TRUE(is_atolls(p));
  release(darwin::zone, p);
  EXPECT_EQ(darwin::zone_calls, 0);
}

TEST(InterposeTest, WhatIsOfAZoneGoesToIt) {
  darwin::zone_calls = 0;
  EXPECT_EQ(interposed(darwin::system_zone_from_ptr)(darwin::zone_object), darwin::zone);
  EXPECT_EQ(interposed(darwin::system_malloc_size)(darwin::zone_object), 64);
  interposed(darwin::system_zone_free)(darwin::zone, darwin::zone_object);
  EXPECT_EQ(interposed(darwin::system_zone_realloc)(darwin::zone, darwin::zone_object, 1),
            darwin::zone_object);
  EXPECT_EQ(darwin::zone_calls, 2);
  // malloc()'s of before: the stand-ins' here.
  void* const p = darwin::system_malloc(100);
  EXPECT_FALSE(is_atolls(p));
  interposed(darwin::system_free)(interposed(darwin::system_realloc)(p, 200));
}

// --- Thread-locals. ---

constinit const std::uint64_t first_value = 7;
constinit darwin::ThreadLocal with_value = {sizeof first_value, 8, {0}, &first_value};
constinit darwin::ThreadLocal zero = {100, 64, {0}, nullptr};

struct Seen {
  std::atomic<int> good{0};
  unsigned long key = 0;
  std::atomic<int> still_there{0};
};

constinit Seen seen;

std::uint64_t& value() { return *static_cast<std::uint64_t*>(darwin::address_of(with_value)); }

void* use_thread_locals(void*) {
  auto* const bytes = static_cast<unsigned char*>(darwin::address_of(zero));
  bool is_good = value() == 7 && reinterpret_cast<std::uintptr_t>(bytes) % 64 == 0;
  for (int i = 0; i < 100; ++i) is_good = is_good && bytes[i] == 0;
  std::memset(bytes, 0xa5, 100);
  for (int i = 0; i < 100; ++i) ++value();
  Atoll::os::darwin::set_thread_value(seen.key, &seen);
  if (is_good && value() == 107 && darwin::address_of(zero) == bytes) ++seen.good;
  return nullptr;
}

// Whichever of the two keys comes first: the values are there.
void look_again(void*) {
  if (value() == 107) ++seen.still_there;
}

TEST(ThreadLocalsTest, EachThreadHasItsOwnUntilItHasEnded) {
  value() = 1;
  ASSERT_EQ(Atoll::os::darwin::make_thread_key(&seen.key, look_again), 0);
  for (int round = 0; round < 50; ++round) {
    void* threads[4];
    for (void*& thread : threads) {
      ASSERT_EQ(start_thread(&thread, nullptr, use_thread_locals, nullptr), 0);
    }
    for (void* const thread : threads) join_thread(thread, nullptr);
  }
  EXPECT_EQ(seen.good, 200);
  EXPECT_EQ(seen.still_there, 200);
  EXPECT_EQ(value(), 1);
}

}  // namespace
