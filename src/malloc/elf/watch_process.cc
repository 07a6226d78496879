#include "src/malloc/watch_process.h"

#include <pthread.h>

#include "src/malloc/process_heap.h"
#include "src/malloc/the_heap.h"

namespace Atoll {

// Registered before all others that may need memory: their functions run while the locks are free.
// The profile's comes behind the heap's, as where samples are freed.
void watch_process() {
  (void)::pthread_atfork(
      [] {
        the_heap().before_fork();
        process_profile().lock().lock(os::native());
      },
      [] {
        process_profile().lock().unlock(os::native());
        the_heap().after_fork_in_parent();
      },
      [] {
        process_profile().lock().unlock(os::native());
        the_heap().after_fork_in_child();
      });
}

}  // namespace Atoll
