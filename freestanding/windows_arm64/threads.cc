// The threads of Windows.

#include "freestanding/threads/platform.h"
#include "os/windows/system.h"

namespace Atoll::freestanding {
namespace {

DWORD WINAPI run_work(void* work) {
  static_cast<ThreadWork*>(work)->run();
  return 0;
}

}  // namespace

void* platform_start_thread(ThreadWork& work) {
  return ::CreateThread(nullptr, 0, run_work, &work, 0, nullptr);
}

void platform_join_thread(void* thread) {
  ::WaitForSingleObject(thread, INFINITE);
  ::CloseHandle(thread);
}

std::uint64_t platform_thread() { return ::GetCurrentThreadId(); }

void platform_yield() { ::SwitchToThread(); }

}  // namespace Atoll::freestanding
