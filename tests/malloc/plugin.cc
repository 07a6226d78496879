// A C++ library that a C program opens. It tests operator new when there is no memory.

#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <string>

namespace {

const volatile std::size_t too_much = std::numeric_limits<std::size_t>::max() / 2;
int calls = 0;

struct Plain {
  Plain() : text(100, 'p') {}
  std::string text;
};

bool is_thrown(bool aligned) {
  const auto kept = std::make_unique<Plain>();
  try {
    static_cast<void>(aligned ? ::operator new(too_much, std::align_val_t{64})
                              : ::operator new(too_much));
  } catch (const std::bad_alloc& error) {
    return kept->text.size() == 100 &&
           std::string(error.what()).find("bad_alloc") != std::string::npos;
  }
  return false;
}

}  // namespace

// 0: all is as it should be; else which of it is not.
extern "C" int run_plugin() {
  void* const p = ::operator new(100);
  const bool is_atoll = reinterpret_cast<std::uintptr_t>(p) >> 32 == 0xc0;
  ::operator delete(p);
  if (!is_atoll) return 1;
  if (!is_thrown(false)) return 2;
  if (!is_thrown(true)) return 3;
  if (::operator new(too_much, std::nothrow) != nullptr) return 4;
  std::set_new_handler([] {
    if (++calls == 3) std::set_new_handler(nullptr);
  });
  if (!is_thrown(false) || calls != 3) return 5;
  std::set_new_handler([] { throw 1; });
  if (::operator new(too_much, std::nothrow) != nullptr) return 6;
  if (::operator new[](too_much, std::align_val_t{64}, std::nothrow) != nullptr) return 7;
  try {
    static_cast<void>(::operator new(too_much));
    return 8;
  } catch (int thrown) {
    if (thrown != 1) return 9;
  }
  std::set_new_handler(nullptr);
  return 0;
}
