// What a platform with threads must supply besides freestanding/platform.h, for <thread> and
// <mutex>.
#pragma once

#include <cstdint>

namespace Atoll::freestanding {

class ThreadWork {
 public:
  ThreadWork() = default;
  ThreadWork(const ThreadWork&) = delete;
  ThreadWork& operator=(const ThreadWork&) = delete;

  virtual void run() = 0;

 protected:
  ~ThreadWork() = default;
};

// A thread that calls work.run(), and ends. Null if there can be no more.
void* platform_start_thread(ThreadWork& work);

// Waits until a thread has ended, with all that the system does then. Once for each.
void platform_join_thread(void* thread);

// The calling thread's number: unlike those of all others that run, and not 0.
std::uint64_t platform_thread();

void platform_yield();

}  // namespace Atoll::freestanding
