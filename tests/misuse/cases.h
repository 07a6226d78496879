// Small pieces of programs, each with one kind of misuse of malloc(): see README.md.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <span>

namespace misuse {

struct Case {
  const char* name;
  const char* what;  // for people
  void (*run)();
};

// By kind, in the order of the table in docs/RELIABILITY.md.
std::span<const Case> double_frees();
std::span<const Case> wrong_pointers();
std::span<const Case> uses();
std::span<const Case> mismatches();

// Hides from the compiler where a pointer comes from, so that it neither warns nor optimises.
template <typename T>
T* hidden(T* p) {
  asm volatile("" : "+r"(p) : : "memory");
  return p;
}

inline char* block(std::size_t size) { return hidden(static_cast<char*>(std::malloc(size))); }
inline void release(void* p) { std::free(hidden(p)); }

// Sizes of one small object, one that is a span of its own and that a thread keeps when it is
// freed, and one that goes back to the heap's pages.
inline constexpr std::size_t kSmall = 100;
inline constexpr std::size_t kKept = 40'000;
inline constexpr std::size_t kLarge = 300'000;

void in_thread(void (*run)(void* argument), void* argument);

}  // namespace misuse
