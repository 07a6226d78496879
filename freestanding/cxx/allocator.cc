// malloc() and operator new: blocks of powers of two, kept for the next that wants the same.

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#include "freestanding/cxx/die.h"
#include "freestanding/platform.h"
#if defined(ATOLL_FREESTANDING_THREADS)
#include "freestanding/threads/lock.h"
#endif

namespace Atoll::freestanding {
namespace {

#if defined(ATOLL_FREESTANDING_THREADS)
constinit Lock lock;
#else
struct NoLock {
  void lock() {}
  void unlock() {}
};
constinit NoLock lock;
#endif

class Locked {
 public:
  Locked() { lock.lock(); }
  ~Locked() { lock.unlock(); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
};

// Right before every object.
struct alignas(16) Header {
  void* block;
  std::size_t size_class;  // the block has 2^size_class bytes
};

struct FreeBlock {
  FreeBlock* next;
};

constexpr std::size_t kClasses = sizeof(std::size_t) * 8;
constexpr std::size_t kSmallestClass = 5;
constexpr std::size_t kUnit = 65536;
constexpr std::size_t kChunk = 16 * kUnit;

constinit FreeBlock* free_blocks[kClasses] = {};
constinit char* chunk = nullptr;
constinit std::size_t chunk_left = 0;

// Small blocks are cut from a chunk; others are the platform's own.
void* fresh_block(std::size_t size) {
  if (size >= kUnit) return platform_more_memory(size);
  if (size > chunk_left) {
    void* const more = platform_more_memory(kChunk);
    if (more == nullptr) return nullptr;
    chunk = static_cast<char*>(more);
    chunk_left = kChunk;
  }
  void* const block = chunk;
  chunk += size;
  chunk_left -= size;
  return block;
}

void* block_of(std::size_t size_class) {
  const Locked locked;
  FreeBlock* const block = free_blocks[size_class];
  if (block == nullptr) return fresh_block(std::size_t{1} << size_class);
  free_blocks[size_class] = block->next;
  return block;
}

void* allocate(std::size_t size, std::size_t alignment) {
  const std::size_t extra = sizeof(Header) + (alignment > alignof(Header) ? alignment : 0);
  if (size > (SIZE_MAX >> 1) - extra) return nullptr;
  std::size_t size_class = static_cast<std::size_t>(std::bit_width(size + extra - 1));
  if (size_class < kSmallestClass) size_class = kSmallestClass;

  void* const block = block_of(size_class);
  if (block == nullptr) return nullptr;
  std::uintptr_t place = reinterpret_cast<std::uintptr_t>(block) + sizeof(Header);
  if (alignment > alignof(Header)) place = (place + alignment - 1) & ~(alignment - 1);
  Header* const header = reinterpret_cast<Header*>(place) - 1;
  *header = {block, size_class};
  return header + 1;
}

void release(void* p) {
  if (p == nullptr) return;
  const Header header = static_cast<Header*>(p)[-1];
  auto* const freed = static_cast<FreeBlock*>(header.block);
  const Locked locked;
  freed->next = free_blocks[header.size_class];
  free_blocks[header.size_class] = freed;
}

std::size_t room(void* p) {
  const Header& header = static_cast<Header*>(p)[-1];
  const char* const end = static_cast<char*>(header.block) + (std::size_t{1} << header.size_class);
  return static_cast<std::size_t>(end - static_cast<char*>(p));
}

void* allocate_or_die(std::size_t size, std::size_t alignment) {
  void* const p = allocate(size, alignment);
  if (p == nullptr) die("std::bad_alloc");
  return p;
}

}  // namespace
}  // namespace Atoll::freestanding

using Atoll::freestanding::allocate;
using Atoll::freestanding::allocate_or_die;
using Atoll::freestanding::release;

extern "C" {

void* malloc(std::size_t size) { return allocate(size, 1); }
void free(void* p) { release(p); }

[[clang::no_builtin]] void* calloc(std::size_t count, std::size_t size) {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) return nullptr;
  void* const p = allocate(bytes, 1);
  if (p != nullptr) std::memset(p, 0, bytes);
  return p;
}

void* realloc(void* p, std::size_t size) {
  if (p == nullptr) return allocate(size, 1);
  const std::size_t had = Atoll::freestanding::room(p);
  if (size <= had) return p;
  void* const moved = allocate(size, 1);
  if (moved != nullptr) {
    std::memcpy(moved, p, had);
    release(p);
  }
  return moved;
}

}  // extern "C"

namespace std {

const nothrow_t nothrow;

}  // namespace std

void* operator new(std::size_t size) { return allocate_or_die(size, 1); }
void* operator new[](std::size_t size) { return allocate_or_die(size, 1); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate_or_die(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return allocate_or_die(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size, 1); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return allocate(size, 1); }

void operator delete(void* p) noexcept { release(p); }
void operator delete[](void* p) noexcept { release(p); }
void operator delete(void* p, std::size_t) noexcept { release(p); }
void operator delete[](void* p, std::size_t) noexcept { release(p); }
void operator delete(void* p, std::align_val_t) noexcept { release(p); }
void operator delete[](void* p, std::align_val_t) noexcept { release(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { release(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { release(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { release(p); }
void operator delete[](void* p, const std::nothrow_t&) noexcept { release(p); }
