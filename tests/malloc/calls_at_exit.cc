// A library of Windows that calls a function of the program when the process ends, like a library
// that frees its memory then.

#include "os/windows/system.h"

namespace {
void (*function_at_exit)() = nullptr;
}  // namespace

extern "C" __declspec(dllexport) void call_at_exit(void (*function)()) {
  function_at_exit = function;
}

extern "C" BOOL WINAPI DllMain(HINSTANCE /*library*/, DWORD reason, void* process_ends) {
  if (reason == DLL_PROCESS_DETACH && process_ends != nullptr && function_at_exit != nullptr) {
    function_at_exit();
  }
  return TRUE;
}
