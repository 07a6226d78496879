// Implements at_thread_exit() on systems with pthread's keys.
#pragma once

#include "os/backend/made_once.h"
#include "os/os.h"

namespace Atoll::os {

// Os::at_thread_exit(). The first thread that needs the key makes it for all threads.
template <typename Key, auto kCreate, auto kSet, auto kYield>
class ThreadExitKey {
 public:
  bool set(ThreadExitFunction function, void* argument) {
    const auto make = [&] { return kCreate(&key_, function) == 0; };
    const auto wait = [] {
      (void)kYield();
      return true;
    };
    return is_made_.get(make, wait) && kSet(key_, argument) == 0;
  }

 private:
  MadeOnce is_made_;
  Key key_{};
};

}  // namespace Atoll::os
