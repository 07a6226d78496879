// The new-handler, with a malloc family that has as much memory as a test wants.

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "src/malloc/malloc.h"

namespace {

// How many requests fail from now on.
int refusals = 0;
int requests = 0;

alignas(64) char aligned_object[64];

bool is_refused() {
  ++requests;
  if (refusals == 0) return false;
  --refusals;
  return true;
}

}  // namespace

namespace Atoll::malloc_family {

void* allocate(std::size_t size) {
  return is_refused() ? nullptr : std::malloc(size == 0 ? 1 : size);
}
void* allocate_aligned(std::size_t alignment, std::size_t size) {
  if (is_refused() || alignment > 64 || (alignment & (alignment - 1)) != 0) return nullptr;
  return size <= sizeof aligned_object ? aligned_object : nullptr;
}
void release(void* p) {
  if (p != aligned_object) std::free(p);
}

}  // namespace Atoll::malloc_family

namespace {

constexpr auto kAligned = std::align_val_t{64};
// Compilers would warn of a constant.
const volatile std::size_t no_power_of_two = 48;

struct Thrown {};

int calls = 0;

class NewHandlerTest : public testing::Test {
 public:
  NewHandlerTest() {
    calls = 0;
    refusals = 0;
  }
  ~NewHandlerTest() override {
    std::set_new_handler(nullptr);
    refusals = 0;
  }
};

template <typename Allocate>
void expect_handler_is_called_until_there_is_memory(Allocate allocate) {
  calls = 0;
  requests = 0;
  refusals = 1'000'000;
  std::set_new_handler([] {
    if (++calls == 3) refusals = 0;
  });
  void* const p = allocate();
  refusals = 0;
  EXPECT_NE(p, nullptr);
  EXPECT_EQ(calls, 3);
  EXPECT_GE(requests, 4);
  ::operator delete(p);
}

TEST_F(NewHandlerTest, IsCalledUntilThereIsMemory) {
  expect_handler_is_called_until_there_is_memory([] { return ::operator new(8); });
  expect_handler_is_called_until_there_is_memory([] { return ::operator new[](8); });
  expect_handler_is_called_until_there_is_memory([] { return ::operator new(8, std::nothrow); });
  expect_handler_is_called_until_there_is_memory([] { return ::operator new[](8, std::nothrow); });
  expect_handler_is_called_until_there_is_memory([] { return ::operator new(8, kAligned); });
  expect_handler_is_called_until_there_is_memory([] { return ::operator new[](8, kAligned); });
  expect_handler_is_called_until_there_is_memory(
      [] { return ::operator new(8, kAligned, std::nothrow); });
  expect_handler_is_called_until_there_is_memory(
      [] { return ::operator new[](8, kAligned, std::nothrow); });
}

TEST_F(NewHandlerTest, MayTakeItselfAway) {
  std::set_new_handler([] {
    if (++calls == 2) std::set_new_handler(nullptr);
  });
  refusals = 1'000'000;
  void* const p = ::operator new(8, std::nothrow);
  refusals = 0;
  EXPECT_EQ(p, nullptr);
  EXPECT_EQ(calls, 2);
}

TEST_F(NewHandlerTest, IsNotAskedForAnAlignmentThatCannotBe) {
  std::set_new_handler([] { ++calls; });
  EXPECT_EQ(::operator new(8, std::align_val_t{no_power_of_two}, std::nothrow), nullptr);
  EXPECT_EQ(::operator new[](8, std::align_val_t{no_power_of_two}, std::nothrow), nullptr);
  EXPECT_EQ(calls, 0);
}

#if defined(__cpp_exceptions)

// The library allocates exceptions in another way, but those that a test throws may come here.
template <typename Exception, typename Allocate>
void expect_throws(Allocate allocate) {
  bool is_thrown = false;
  refusals = 1'000'000;
  try {
    static_cast<void>(allocate());
  } catch (const Exception&) {
    is_thrown = true;
  }
  refusals = 0;
  EXPECT_TRUE(is_thrown);
}

TEST_F(NewHandlerTest, WithoutOneBadAllocIsThrown) {
  expect_throws<std::bad_alloc>([] { return ::operator new(8); });
  expect_throws<std::bad_alloc>([] { return ::operator new[](8); });
  expect_throws<std::bad_alloc>([] { return ::operator new(8, kAligned); });
  expect_throws<std::bad_alloc>(
      [] { return ::operator new[](8, std::align_val_t{no_power_of_two}); });
}

TEST_F(NewHandlerTest, WhatItThrowsPassesThrough) {
  std::set_new_handler([] {
    ++calls;
    throw Thrown();
  });
  expect_throws<Thrown>([] { return ::operator new(8); });
  expect_throws<Thrown>([] { return ::operator new[](8, kAligned); });
  EXPECT_EQ(calls, 2);
}

TEST_F(NewHandlerTest, WhatItThrowsIsNullWithNothrow) {
  std::set_new_handler([] {
    ++calls;
    throw Thrown();
  });
  refusals = 1'000'000;
  void* const a = ::operator new(8, std::nothrow);
  void* const b = ::operator new[](8, std::nothrow);
  void* const c = ::operator new(8, kAligned, std::nothrow);
  void* const d = ::operator new[](8, kAligned, std::nothrow);
  refusals = 0;
  EXPECT_EQ(a, nullptr);
  EXPECT_EQ(b, nullptr);
  EXPECT_EQ(c, nullptr);
  EXPECT_EQ(d, nullptr);
  EXPECT_EQ(calls, 4);
}

#endif

}  // namespace
