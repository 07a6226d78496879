#include "src/malloc/watch_process.h"

#include <pthread.h>

#include "src/malloc/the_heap.h"

namespace Atoll {

// Registered before all others that may need memory: their functions run while the locks are free.
void watch_process() {
  (void)::pthread_atfork([] { the_heap().before_fork(); },
                         [] { the_heap().after_fork_in_parent(); },
                         [] { the_heap().after_fork_in_child(); });
}

}  // namespace Atoll
