#include "src/malloc/watch_process.h"

#include <pthread.h>
#include <unistd.h>

#include "src/malloc/process_heap.h"
#include "src/malloc/the_heap.h"

namespace Atoll {

namespace {

// The profile's lock comes after the heap's locks, the same order as when a sample is freed.
[[gnu::cold]] void before_fork() {
  // Another thread may be starting the heap. The child would not have that thread.
  Heap* const heap = process_heap();
  if (heap != nullptr && heap->before_fork()) process_profile().lock().lock(os::native());
}

[[gnu::cold]] void unlock_profile() {
  if (the_heap().is_forking()) process_profile().lock().unlock(os::native());
}

}  // namespace

// Registered before all handlers that may need memory, so that these run while the locks are free.
void watch_process() {
  (void)::pthread_atfork(
      &before_fork,
      [] {
        unlock_profile();
        the_heap().after_fork_in_parent();
      },
      [] {
        unlock_profile();
        the_heap().after_fork_in_child();
      });
}

std::uint32_t process_number() { return static_cast<std::uint32_t>(::getpid()); }

}  // namespace Atoll
