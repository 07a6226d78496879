// Thread-locals that need no malloc(), in a page of each thread: those of Apple's linker are memory
// of malloc(), which would be asked for while malloc() looks for its cache.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace Atoll::darwin {

// As the compiler describes one with -femulated-tls.
struct ThreadLocal {
  std::size_t size;
  std::size_t alignment;               // 64 at most
  std::atomic<std::uintptr_t> number;  // from 1 on; 0: it was not asked for yet
  const void* first_value;             // null: zero
};

// The calling thread's. It is there until the thread has ended, also while functions of
// pthread_key_create() run. Without memory the program ends.
void* address_of(ThreadLocal& variable);

}  // namespace Atoll::darwin
