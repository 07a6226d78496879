// A guest of a few instructions, in a process of its own: its calls arrive, with every register,
// and it goes on with the handler's result.
#include "hosts/trap/trap.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <span>

namespace Atoll::hosts::trap {
namespace {

extern "C" const char atoll_guest_calls[];
extern "C" const char atoll_guest_faults[];
extern "C" const char atoll_guest_end[];

// Calls with everything in place, then with what came back; the third call tells the carry.
#if defined(__x86_64__)
constexpr std::size_t kNumber = kAx;
constexpr std::size_t kFirst = kDi;
constexpr std::size_t kResult = kAx;
__asm(R"(
  .section .rodata
  .globl atoll_guest_calls, atoll_guest_faults, atoll_guest_end
atoll_guest_calls:
  pushq $77
  movl $1000, %eax
  movq $-2, %rdi
  syscall
  movq %rax, %rdi
  movl $1001, %eax
  syscall
  setc %al
  movzbl %al, %edi
  popq %rsi
  movl $1002, %eax
  syscall
  ud2
atoll_guest_faults:
  xorl %eax, %eax
  movl %eax, (%rax)
  ud2
atoll_guest_end:
  .text
)");
#elif defined(__i386__)
constexpr std::size_t kNumber = kAx;
constexpr std::size_t kFirst = kBx;
constexpr std::size_t kResult = kAx;
__asm(R"(
  .section .rodata
  .globl atoll_guest_calls, atoll_guest_faults, atoll_guest_end
atoll_guest_calls:
  pushl $77
  movl $1000, %eax
  movl $-2, %ebx
  int $0x40
  movl %eax, %ebx
  movl $1001, %eax
  int $0x40
  setc %al
  movzbl %al, %ebx
  popl %esi
  movl $1002, %eax
  int $0x40
  ud2
atoll_guest_faults:
  xorl %eax, %eax
  movl %eax, (%eax)
  ud2
atoll_guest_end:
  .text
)");
#elif defined(__arm__)
constexpr std::size_t kNumber = kR7;
constexpr std::size_t kFirst = kR0;
constexpr std::size_t kResult = kR0;
__asm(R"(
  .section .rodata
  .globl atoll_guest_calls, atoll_guest_faults, atoll_guest_end
  .arm
  .balign 4
atoll_guest_calls:
  mov r1, #77
  push {r1}
  movw r7, #1000
  mvn r0, #1
  svc #0
  movw r7, #1001
  svc #0
  mov r0, #0
  movcs r0, #1
  pop {r1}
  movw r7, #1002
  svc #0
  udf #1
atoll_guest_faults:
  mov r0, #0
  str r0, [r0]
  udf #1
atoll_guest_end:
  .text
)");
#elif defined(__aarch64__)
constexpr std::size_t kNumber = kX8;
constexpr std::size_t kFirst = kX0;
constexpr std::size_t kResult = kX0;
__asm(R"(
  .section .rodata
  .globl atoll_guest_calls, atoll_guest_faults, atoll_guest_end
  .balign 4
atoll_guest_calls:
  mov x1, #77
  str x1, [sp, #-16]!
  mov x8, #1000
  mov x0, #-2
  svc #0
  mov x8, #1001
  svc #0
  cset x0, cs
  ldr x1, [sp], #16
  mov x8, #1002
  svc #0x80
  brk #0
atoll_guest_faults:
  mov x0, #0
  str w0, [x0]
  brk #0
atoll_guest_end:
  .text
)");
#endif
// By the processor's order of arguments: the second of them.
#if defined(__x86_64__)
constexpr std::size_t kSecond = kSi;
constexpr Word kImmediate = 0;
#elif defined(__i386__)
constexpr std::size_t kSecond = kSi;
constexpr Word kImmediate = 0x40;
#elif defined(__arm__)
constexpr std::size_t kSecond = 1;
constexpr Word kImmediate = 0;
#else
constexpr std::size_t kSecond = 1;
constexpr Word kImmediate = 0x80;
#endif

// The message about a guest that faults.
#if defined(__aarch64__)
constexpr const char* kReport = "";
#else
constexpr const char* kReport = "atoll-host: SIGSEGV at pc 0x[0-9a-f]+, address (0|0x0)\n";
#endif

constexpr Word kAnswer = static_cast<Word>(0x1234'5678'9abc'def0);

[[noreturn]] void fail(int code) { ::_exit(code); }

void on_call(Registers& registers) {
  static Word expected = 1000;
  if (registers.general[kNumber] != expected++) fail(10);
  switch (registers.general[kNumber]) {
    case 1000:
      if (registers.general[kFirst] != static_cast<Word>(-2)) fail(11);
      // A call of the host's own is not caught.
      if (::getppid() <= 0) fail(12);
      registers.general[kResult] = kAnswer;
      registers.carry = false;
      break;
    case 1001:
      if (registers.general[kFirst] != kAnswer) fail(13);
      registers.carry = true;
      break;
    default:
      if (registers.general[kFirst] != 1) fail(14);
      if (registers.general[kSecond] != 77) fail(15);
      if (registers.immediate != kImmediate) fail(16);
      fail(0);
  }
}

[[noreturn]] void run(const char* entry) {
  constexpr std::size_t kSize = 1 << 16;
  auto* const memory = static_cast<char*>(::mmap(nullptr, kSize, PROT_READ | PROT_WRITE | PROT_EXEC,
                                                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  const auto size = static_cast<std::size_t>(atoll_guest_end - atoll_guest_calls);
  std::memcpy(memory, atoll_guest_calls, size);
  const Range text{Address::of(memory), size};
  if (!install(std::span(&text, 1), on_call)) fail(20);
  Registers registers;
  registers.program_counter = static_cast<Word>(
      (text.base + static_cast<std::uint64_t>(entry - atoll_guest_calls)).value());
  registers.general[kStackPointer] = static_cast<Word>((text.base + kSize).value());
  enter(registers);
}

TEST(TrapTest, CallsOfTheGuestArriveAndAreAnswered) {
  EXPECT_EXIT(run(atoll_guest_calls), ::testing::ExitedWithCode(0), "");
}

TEST(TrapTest, AFaultOfTheGuestEndsItAsItWouldAlone) {
  EXPECT_EXIT(run(atoll_guest_faults), ::testing::KilledBySignal(SIGSEGV), kReport);
}

}  // namespace
}  // namespace Atoll::hosts::trap
