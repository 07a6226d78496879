// The platform of Windows on arm64: kernel32, and what the C runtime of Windows would bring.

#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include "freestanding/platform.h"

#include <windows.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "freestanding/windows_arm64/arguments.h"

namespace Atoll::freestanding {

void platform_write(const char* text, std::size_t size) {
  const HANDLE output = ::GetStdHandle(STD_OUTPUT_HANDLE);
  while (size != 0) {
    DWORD n = 0;
    const auto most = static_cast<DWORD>(std::min<std::size_t>(size, 1 << 20));
    if (!::WriteFile(output, text, most, &n, nullptr) || n == 0) return;
    text += n;
    size -= n;
  }
}

void platform_exit(int code) { ::ExitProcess(static_cast<UINT>(code)); }

void* platform_more_memory(std::size_t size) {
  return ::VirtualAlloc(nullptr, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
}

std::uint64_t platform_nanoseconds() {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  LARGE_INTEGER counter{};
  LARGE_INTEGER frequency{};
  ::QueryPerformanceCounter(&counter);
  ::QueryPerformanceFrequency(&frequency);
  const auto ticks = static_cast<std::uint64_t>(counter.QuadPart);
  const auto per_second = static_cast<std::uint64_t>(frequency.QuadPart);
  return ticks / per_second * kSecond + ticks % per_second * kSecond / per_second;
}

namespace {

using Constructor = void (*)();

constinit ArgumentList arguments;

}  // namespace

// Made by the linker: -1, the constructors, null.
extern "C" const Constructor constructors[] __asm("__CTOR_LIST__");

// Where Windows enters the program.
extern "C" [[noreturn]] void mainCRTStartup();

void mainCRTStartup() {
  std::size_t count = 0;
  while (constructors[count + 1] != nullptr) ++count;
  for (; count != 0; --count) constructors[count]();
  arguments.parse(::GetCommandLineA());
  atoll_start_constructed(arguments.count(), arguments.list());
}

}  // namespace Atoll::freestanding

// --- Thread-locals: what tells Windows' loader of them. ---

extern "C" {

// The first and the last of what lies in the sections .tls*: the values a thread begins with.
[[gnu::section(".tls")]] char _tls_start = 0;
[[gnu::section(".tls$ZZZ")]] char _tls_end = 0;

// Which of a thread's blocks is this program's: filled in by the loader.
ULONG _tls_index = 0;

// As IMAGE_TLS_DIRECTORY64, whose addresses are numbers, which no constant can be made of.
struct ThreadLocals {
  const char* begin;
  const char* end;
  ULONG* index;
  const void* callbacks;
  ULONG zeroes;
  ULONG characteristics;
};
static_assert(sizeof(ThreadLocals) == sizeof(IMAGE_TLS_DIRECTORY64));

// The linker looks for this name.
extern const ThreadLocals _tls_used;
constinit const ThreadLocals _tls_used = {&_tls_start, &_tls_end, &_tls_index, nullptr, 0, 0};

}  // extern "C"

// Called before a frame of more than a page is made, x15 being its size in units of 16: Windows
// adds to a stack only the page below those there are, so each is touched in turn. May change x16
// and x17.
__asm(R"(
  .text
  .globl __chkstk
__chkstk:
  lsl x16, x15, #4
  mov x17, sp
1:
  sub x17, x17, #4096
  subs x16, x16, #4096
  ldr xzr, [x17]
  b.gt 1b
  ret
)");
