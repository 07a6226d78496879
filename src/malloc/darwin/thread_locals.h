// Thread-locals without malloc(), in one page for each thread. Apple's linker would allocate
// thread-locals with malloc(), while malloc() itself looks for its cache in them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace Atoll::darwin {

// A thread-local as the compiler describes it with -femulated-tls.
struct ThreadLocal {
  std::size_t size;
  std::size_t alignment;               // 64 at most
  std::atomic<std::uintptr_t> number;  // from 1 on; 0: it was not used yet
  const void* first_value;             // null: zero
};

// The calling thread's copy. It exists until the thread has ended, even while functions of
// pthread_key_create() run. Without memory the program ends.
void* address_of(ThreadLocal& variable);

}  // namespace Atoll::darwin
