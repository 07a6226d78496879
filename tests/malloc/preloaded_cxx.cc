// A C++ program that does not know of the preload: it tests operator new without memory.
// With an argument it is out of memory and catches nothing.

#include <cstdint>
#include <cstdio>
#include <limits>
#include <new>
#include <string>
#include <vector>

namespace {

const volatile std::size_t too_much = std::numeric_limits<std::size_t>::max() / 2;
int calls = 0;
int failures = 0;

void expect(bool is_so, const char* what) {
  if (is_so) return;
  std::printf("%s: no\n", what);
  ++failures;
}

bool is_thrown() {
  try {
    static_cast<void>(::operator new(too_much));
  } catch (const std::bad_alloc&) {
    return true;
  }
  return false;
}

}  // namespace

int main(int argc, char**) {
  if (argc > 1) static_cast<void>(::operator new(too_much));

  void* const p = ::operator new(100);
  expect(reinterpret_cast<std::uintptr_t>(p) >> 32 == 0xc0, "memory is Atoll's");
  ::operator delete(p);
  const std::vector<std::string> texts(1000, std::string(100, 'x'));
  expect(reinterpret_cast<std::uintptr_t>(texts.data()) >> 32 == 0xc0, "a container's is Atoll's");

  expect(is_thrown(), "bad_alloc is thrown");
  std::set_new_handler([] {
    if (++calls == 3) std::set_new_handler(nullptr);
  });
  expect(is_thrown() && calls == 3, "the new-handler is called");
  std::set_new_handler([] { throw 1; });
  expect(::operator new(too_much, std::nothrow) == nullptr, "nothrow stops what is thrown");
  expect(::operator new[](too_much, std::align_val_t{64}, std::nothrow) == nullptr,
         "so it does for aligned arrays");
  if (failures == 0) std::puts("has run");
  return failures == 0 ? 0 : 1;
}
