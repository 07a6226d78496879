#include "os/windows/system.h"
// This needs the types of the header above.
#include <ntsecapi.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "os/backend/made_once.h"
#include "os/windows/windows_os.h"

namespace Atoll::os {
namespace {

constinit WindowsOs windows_os;

using WaitFunction = BOOL(WINAPI*)(volatile void*, void*, SIZE_T, DWORD);
using WakeFunction = void(WINAPI*)(void*);

// Functions that Windows 8 and later have. Null on others, and until find_functions() has run.
struct AddressFunctions {
  std::atomic<WaitFunction> wait{nullptr};
  std::atomic<WakeFunction> wake_one{nullptr};
  std::atomic<WakeFunction> wake_all{nullptr};
};
constinit AddressFunctions address_functions;

using EndingFunction = BOOLEAN(NTAPI*)();
constinit std::atomic<EndingFunction> ending_function{nullptr};

template <typename Function>
void look_up(HMODULE module, const char* name, std::atomic<Function>& function) {
  void* const found = reinterpret_cast<void*>(::GetProcAddress(module, name));
  function.store(reinterpret_cast<Function>(found), std::memory_order_relaxed);
}

struct ExitSlot {
  MadeOnce is_made;
  DWORD index = 0;
  ThreadExitFunction function = nullptr;  // its calling convention differs from the system's
};
constinit ExitSlot exit_slot;

void WINAPI run_exit_function(void* argument) { exit_slot.function(argument); }

}  // namespace

Os& native() { return windows_os; }

void WindowsOs::write(std::string_view text) {
  const HANDLE console = ::GetStdHandle(STD_ERROR_HANDLE);
  while (!text.empty()) {
    const DWORD most = static_cast<DWORD>(std::min<std::size_t>(text.size(), 1 << 20));
    DWORD n = 0;
    if (!::WriteFile(console, text.data(), most, &n, nullptr) || n == 0) return;
    text.remove_prefix(n);
  }
}

void WindowsOs::abort() {
  // libc's abort() may open a dialogue box. 3 is its exit code.
  ::TerminateProcess(::GetCurrentProcess(), 3);
  __builtin_trap();
}

std::uint64_t WindowsOs::monotonic_nanoseconds() {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  LARGE_INTEGER counter{};
  LARGE_INTEGER frequency{};
  ::QueryPerformanceCounter(&counter);
  ::QueryPerformanceFrequency(&frequency);
  const auto ticks = static_cast<std::uint64_t>(counter.QuadPart);
  const auto per_second = static_cast<std::uint64_t>(frequency.QuadPart);
  // In two parts, because the product would overflow after some months.
  return ticks / per_second * kSecond + ticks % per_second * kSecond / per_second;
}

std::uint64_t WindowsOs::random_seed() {
  std::uint64_t seed = 0;
  if (::RtlGenRandom(&seed, sizeof seed)) return seed;
  return (monotonic_nanoseconds() ^ ::GetCurrentProcessId()) * 0x9e3779b97f4a7c15;
}

// GetProcAddress() takes the loader's lock. A thread that ends holds that lock while its exit
// function runs, and the function may wait for a thread that parks or unparks. So probe() looks the
// functions up.
void WindowsOs::find_functions() {
  if (const HMODULE ntdll = ::GetModuleHandleW(L"ntdll.dll"); ntdll != nullptr) {
    look_up(ntdll, "RtlDllShutdownInProgress", ending_function);
  }
  const HMODULE module = ::GetModuleHandleW(L"kernelbase.dll");
  if (module == nullptr) return;
  look_up(module, "WaitOnAddress", address_functions.wait);
  look_up(module, "WakeByAddressSingle", address_functions.wake_one);
  look_up(module, "WakeByAddressAll", address_functions.wake_all);
}

bool WindowsOs::is_ending() {
  const auto ask = ending_function.load(std::memory_order_relaxed);
  return ask != nullptr && ask() != 0;
}

void WindowsOs::park(const std::atomic<std::uint32_t>& word, std::uint32_t expected) {
  if (is_ending()) return;  // the thread that would wake it is gone
  const auto wait = address_functions.wait.load(std::memory_order_relaxed);
  if (wait != nullptr) {
    // The system only reads the word.
    void* p = const_cast<std::atomic<std::uint32_t>*>(&word);
    wait(p, &expected, sizeof expected, INFINITE);
  } else if (word.load(std::memory_order_relaxed) == expected) {
    ::Sleep(1);
  }
}

// Without these functions a parked thread sleeps only for a moment, so nobody must wake it. At the
// end of the process nobody sleeps, and a thread that is gone may have locked the system's list of
// sleepers.
void WindowsOs::unpark(const std::atomic<std::uint32_t>& word, std::uint32_t count) {
  if (is_ending()) return;
  // More threads than a process can have.
  constexpr std::uint32_t kAll = 1 << 16;
  void* p = const_cast<std::atomic<std::uint32_t>*>(&word);
  const auto& function = count < kAll ? address_functions.wake_one : address_functions.wake_all;
  const auto wake = function.load(std::memory_order_relaxed);
  if (wake == nullptr) return;
  for (std::uint32_t i = count < kAll ? count : 1; i > 0; --i) wake(p);
}

void WindowsOs::yield() { ::SwitchToThread(); }

bool WindowsOs::at_thread_exit(ThreadExitFunction function, void* argument) {
  const auto make = [&] {
    exit_slot.function = function;
    exit_slot.index = ::FlsAlloc(run_exit_function);
    return exit_slot.index != FLS_OUT_OF_INDEXES;
  };
  const auto wait = [this] {
    ::SwitchToThread();
    return !is_ending();
  };
  return exit_slot.is_made.get(make, wait) && ::FlsSetValue(exit_slot.index, argument) != 0;
}

}  // namespace Atoll::os
