// operator new and delete of a program that is linked with //src/malloc:operator_new: every form
// leads to the process's heap, and reports a lack of memory as the standard says.

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "src/malloc/malloc.h"
#include "src/malloc/process_heap.h"

namespace {

constexpr std::size_t kAlignment = 64;
constexpr auto kAligned = std::align_val_t{kAlignment};

// No machine has it. Compilers would warn of a constant.
const volatile std::size_t too_much = std::numeric_limits<std::size_t>::max() - (1 << 20);

std::uint64_t objects_in_use() {
  const Atoll::Statistics statistics = Atoll::process_heap()->statistics();
  return statistics.mallocs - statistics.frees;
}

struct Form {
  const char* name;
  void* (*allocate)(std::size_t size);
  std::size_t alignment;
};

constexpr std::array kForms = {
    Form{"new", [](std::size_t n) { return ::operator new(n); }, 1},
    Form{"new[]", [](std::size_t n) { return ::operator new[](n); }, 1},
    Form{"new nothrow", [](std::size_t n) { return ::operator new(n, std::nothrow); }, 1},
    Form{"new[] nothrow", [](std::size_t n) { return ::operator new[](n, std::nothrow); }, 1},
    Form{"new aligned", [](std::size_t n) { return ::operator new(n, kAligned); }, kAlignment},
    Form{"new[] aligned", [](std::size_t n) { return ::operator new[](n, kAligned); }, kAlignment},
    Form{"new aligned nothrow",
         [](std::size_t n) { return ::operator new(n, kAligned, std::nothrow); }, kAlignment},
    Form{"new[] aligned nothrow",
         [](std::size_t n) { return ::operator new[](n, kAligned, std::nothrow); }, kAlignment},
};

struct DeleteForm {
  const char* name;
  void (*release)(void* p, std::size_t size);
};

constexpr std::array kDeleteForms = {
    DeleteForm{"delete", [](void* p, std::size_t) { ::operator delete(p); }},
    DeleteForm{"delete[]", [](void* p, std::size_t) { ::operator delete[](p); }},
    DeleteForm{"delete sized", [](void* p, std::size_t n) { ::operator delete(p, n); }},
    DeleteForm{"delete[] sized", [](void* p, std::size_t n) { ::operator delete[](p, n); }},
    DeleteForm{"delete aligned", [](void* p, std::size_t) { ::operator delete(p, kAligned); }},
    DeleteForm{"delete[] aligned", [](void* p, std::size_t) { ::operator delete[](p, kAligned); }},
    DeleteForm{"delete sized aligned",
               [](void* p, std::size_t n) { ::operator delete(p, n, kAligned); }},
    DeleteForm{"delete[] sized aligned",
               [](void* p, std::size_t n) { ::operator delete[](p, n, kAligned); }},
    DeleteForm{"delete nothrow", [](void* p, std::size_t) { ::operator delete(p, std::nothrow); }},
    DeleteForm{"delete[] nothrow",
               [](void* p, std::size_t) { ::operator delete[](p, std::nothrow); }},
    DeleteForm{"delete aligned nothrow",
               [](void* p, std::size_t) { ::operator delete(p, kAligned, std::nothrow); }},
    DeleteForm{"delete[] aligned nothrow",
               [](void* p, std::size_t) { ::operator delete[](p, kAligned, std::nothrow); }},
};

TEST(OperatorNewTest, EveryFormIsServedByTheProcessHeapAndTakenBackByEveryOther) {
  for (const Form& form : kForms) {
    for (const DeleteForm& delete_form : kDeleteForms) {
      for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{100},
                                     std::size_t{5000}, std::size_t{200000}}) {
        const std::uint64_t before = objects_in_use();
        void* const p = form.allocate(size);
        ASSERT_NE(p, nullptr) << form.name;
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(p) % form.alignment, 0) << form.name;
        EXPECT_GE(Atoll::malloc_family::usable_size(p), size) << form.name;
        EXPECT_EQ(objects_in_use(), before + 1) << form.name;
        std::memset(p, 0xa5, size);
        delete_form.release(p, size);
        EXPECT_EQ(objects_in_use(), before) << form.name << " then " << delete_form.name;
      }
    }
  }
}

TEST(OperatorNewTest, EmptyObjectsDifferAndNullMayBeDeleted) {
  void* const a = ::operator new(0);
  void* const b = ::operator new[](0);
  EXPECT_NE(a, b);
  ::operator delete(a);
  ::operator delete[](b);
  for (const DeleteForm& form : kDeleteForms) form.release(nullptr, 0);
}

TEST(OperatorNewTest, ExpressionsAndContainersComeHere) {
  struct alignas(256) Wide {
    char bytes[256];
  };
  const std::uint64_t before = objects_in_use();
  {
    const auto wide = std::make_unique<Wide>();
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(wide.get()) % 256, 0);
    const std::unique_ptr<Wide[]> several(new Wide[3]);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(several.get()) % 256, 0);
    const std::vector<std::string> texts(10, std::string(100, 'x'));
    EXPECT_EQ(objects_in_use(), before + 2 + 1 + 10);
  }
  EXPECT_EQ(objects_in_use(), before);
}

TEST(OperatorNewTest, FormsWithNothrowAreNullWithoutMemory) {
  EXPECT_EQ(::operator new(too_much, std::nothrow), nullptr);
  EXPECT_EQ(::operator new[](too_much, std::nothrow), nullptr);
  EXPECT_EQ(::operator new(too_much, kAligned, std::nothrow), nullptr);
  EXPECT_EQ(::operator new[](too_much, kAligned, std::nothrow), nullptr);
}

#if defined(__cpp_exceptions)
TEST(OperatorNewTest, OtherFormsThrowWithoutMemory) {
  EXPECT_THROW(static_cast<void>(::operator new(too_much)), std::bad_alloc);
  EXPECT_THROW(static_cast<void>(::operator new[](too_much)), std::bad_alloc);
  EXPECT_THROW(static_cast<void>(::operator new(too_much, kAligned)), std::bad_alloc);
  EXPECT_THROW(static_cast<void>(::operator new[](too_much, kAligned)), std::bad_alloc);
}
#endif

}  // namespace
