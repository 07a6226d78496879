// What compilers call by themselves and the core calls of C's library, for a program without one.
// Compiled without builtins, or the compiler would find memcpy() in memcpy().

#include <cstddef>
#include <cstdint>

namespace {

using Byte = unsigned char;

// Any two words may be read as one: what is copied may be of any type.
struct __attribute__((packed, may_alias)) Word {
  std::uint64_t value;
};

}  // namespace

extern "C" {

void* memcpy(void* __restrict to, const void* __restrict from, std::size_t size);
void* memmove(void* to, const void* from, std::size_t size);
void* memset(void* to, int value, std::size_t size);
int memcmp(const void* a, const void* b, std::size_t size);
std::size_t strlen(const char* text);
// NOLINTNEXTLINE(bugprone-reserved-identifier)
int __cxa_atexit(void (*function)(void*), void* argument, void* program);

void* memmove(void* to, const void* from, std::size_t size) {
  auto* t = static_cast<Byte*>(to);
  const auto* f = static_cast<const Byte*>(from);
  if (static_cast<std::size_t>(t - f) >= size) {
    for (; size >= sizeof(Word); size -= sizeof(Word), t += sizeof(Word), f += sizeof(Word)) {
      reinterpret_cast<Word*>(t)->value = reinterpret_cast<const Word*>(f)->value;
    }
    for (; size > 0; --size) *t++ = *f++;
  } else {
    while (size > 0) {
      --size;
      t[size] = f[size];
    }
  }
  return to;
}

void* memcpy(void* __restrict to, const void* __restrict from, std::size_t size) {
  return memmove(to, from, size);
}

void* memset(void* to, int value, std::size_t size) {
  constexpr std::uint64_t kEveryByte = 0x0101'0101'0101'0101;
  auto* t = static_cast<Byte*>(to);
  const std::uint64_t word = static_cast<Byte>(value) * kEveryByte;
  for (; size >= sizeof(Word); size -= sizeof(Word), t += sizeof(Word)) {
    reinterpret_cast<Word*>(t)->value = word;
  }
  for (; size > 0; --size) *t++ = static_cast<Byte>(value);
  return to;
}

int memcmp(const void* a, const void* b, std::size_t size) {
  const auto* x = static_cast<const Byte*>(a);
  const auto* y = static_cast<const Byte*>(b);
  for (std::size_t i = 0; i < size; ++i) {
    if (x[i] != y[i]) return x[i] - y[i];
  }
  return 0;
}

std::size_t strlen(const char* text) {
  std::size_t size = 0;
  while (text[size] != '\0') ++size;
  return size;
}

// With the program the whole machine ends, and nobody is left to see objects destroyed.
// NOLINTNEXTLINE(bugprone-reserved-identifier)
int __cxa_atexit(void (*)(void*), void*, void*) { return 0; }

}  // extern "C"
