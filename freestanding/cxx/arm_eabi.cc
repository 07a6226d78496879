// What compilers for bare ARM call instead of memcpy() and its kin.

#if defined(__ARM_EABI__)

#include <cstddef>
#include <cstring>

extern "C" {

int __cxa_atexit(void (*destructor)(void*), void* object, void* module);

// The number says how well aligned both pointers are.
#define ATOLL_AEABI(suffix)                                                    \
  void __aeabi_memcpy##suffix(void* to, const void* from, std::size_t size) {  \
    std::memcpy(to, from, size);                                               \
  }                                                                            \
  void __aeabi_memmove##suffix(void* to, const void* from, std::size_t size) { \
    std::memmove(to, from, size);                                              \
  }                                                                            \
  void __aeabi_memset##suffix(void* to, std::size_t size, int byte) {          \
    std::memset(to, byte, size);                                               \
  }                                                                            \
  void __aeabi_memclr##suffix(void* to, std::size_t size) { std::memset(to, 0, size); }

ATOLL_AEABI()
ATOLL_AEABI(4)
ATOLL_AEABI(8)

int __aeabi_atexit(void* object, void (*destructor)(void*), void* module) {
  return __cxa_atexit(destructor, object, module);
}

}  // extern "C"

#endif
