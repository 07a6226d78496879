// The functions of a C++ library that std::vector calls. The program has no exceptions, and ends
// when there is no memory.
#include <stdio.h>
#include <stdlib.h>

#include <new>

namespace {

[[noreturn]] void end(const char* why) {
  printf("%s\n", why);
  exit(1);
}

}  // namespace

void* operator new(size_t size) {
  void* const block = malloc(size);
  if (block == nullptr) end("out of memory");
  return block;
}
void operator delete(void* block) noexcept { free(block); }
void operator delete(void* block, size_t) noexcept { free(block); }

namespace std {

void __throw_length_error(const char* what) { end(what); }
void __throw_bad_alloc() { end("out of memory"); }
void __throw_bad_array_new_length() { end("out of memory"); }

}  // namespace std
