// What compilers call by name even where there is no library, and their kin of <cstring>.

#include <cstddef>
#include <cstdint>
#include <cstring>

// Each is what the compiler would make of its own loop, were it not told otherwise.
#define ATOLL_NO_BUILTIN [[clang::no_builtin]]

namespace {

// May lie anywhere, and over objects of any type.
struct [[gnu::packed, gnu::may_alias]] Word {
  std::size_t value;
};

}  // namespace

extern "C" {

ATOLL_NO_BUILTIN void* memcpy(void* __restrict to, const void* __restrict from, std::size_t size) {
  auto* t = static_cast<unsigned char*>(to);
  const auto* f = static_cast<const unsigned char*>(from);
  for (; size >= sizeof(Word); size -= sizeof(Word), t += sizeof(Word), f += sizeof(Word)) {
    reinterpret_cast<Word*>(t)->value = reinterpret_cast<const Word*>(f)->value;
  }
  for (; size != 0; --size) *t++ = *f++;
  return to;
}

ATOLL_NO_BUILTIN void* memmove(void* to, const void* from, std::size_t size) {
  if (reinterpret_cast<std::uintptr_t>(to) - reinterpret_cast<std::uintptr_t>(from) >= size) {
    auto* t = static_cast<unsigned char*>(to);
    const auto* f = static_cast<const unsigned char*>(from);
    for (; size != 0; --size) *t++ = *f++;
    return to;
  }
  auto* t = static_cast<unsigned char*>(to) + size;
  const auto* f = static_cast<const unsigned char*>(from) + size;
  for (; size != 0; --size) *--t = *--f;
  return to;
}

ATOLL_NO_BUILTIN void* memset(void* to, int byte, std::size_t size) {
  auto* t = static_cast<unsigned char*>(to);
  const auto value = static_cast<unsigned char>(byte);
  const std::size_t word = ~std::size_t{0} / 255 * value;
  for (; size >= sizeof(Word); size -= sizeof(Word), t += sizeof(Word)) {
    reinterpret_cast<Word*>(t)->value = word;
  }
  for (; size != 0; --size) *t++ = value;
  return to;
}

ATOLL_NO_BUILTIN void bzero(void* to, std::size_t size) { memset(to, 0, size); }
#if defined(__MACH__)
// What the compiler makes of memset() with 0 on amd64.
void __bzero(void* to, std::size_t size);
ATOLL_NO_BUILTIN void __bzero(void* to, std::size_t size) { memset(to, 0, size); }
#endif

ATOLL_NO_BUILTIN int memcmp(const void* a, const void* b, std::size_t size) {
  const auto* x = static_cast<const unsigned char*>(a);
  const auto* y = static_cast<const unsigned char*>(b);
  for (; size != 0; --size, ++x, ++y) {
    if (*x != *y) return *x < *y ? -1 : 1;
  }
  return 0;
}

ATOLL_NO_BUILTIN int bcmp(const void* a, const void* b, std::size_t size) {
  return memcmp(a, b, size);
}

ATOLL_NO_BUILTIN void* memchr(const void* text, int byte, std::size_t size) {
  const auto* t = static_cast<const unsigned char*>(text);
  for (; size != 0; --size, ++t) {
    if (*t == static_cast<unsigned char>(byte)) return const_cast<unsigned char*>(t);
  }
  return nullptr;
}

ATOLL_NO_BUILTIN std::size_t strlen(const char* text) {
  std::size_t size = 0;
  while (text[size] != '\0') ++size;
  return size;
}

ATOLL_NO_BUILTIN int strcmp(const char* a, const char* b) {
  for (; *a != '\0' && *a == *b; ++a, ++b) {
  }
  return static_cast<unsigned char>(*a) - static_cast<unsigned char>(*b);
}

ATOLL_NO_BUILTIN int strncmp(const char* a, const char* b, std::size_t size) {
  for (; size != 0; --size, ++a, ++b) {
    if (*a != *b) return static_cast<unsigned char>(*a) - static_cast<unsigned char>(*b);
    if (*a == '\0') break;
  }
  return 0;
}

ATOLL_NO_BUILTIN char* strchr(const char* text, int byte) {
  for (;; ++text) {
    if (*text == static_cast<char>(byte)) return const_cast<char*>(text);
    if (*text == '\0') return nullptr;
  }
}

}  // extern "C"
