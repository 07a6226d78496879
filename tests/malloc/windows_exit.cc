#include "tests/malloc/windows_exit.h"

#include <gtest/gtest.h>

#include <string>

namespace Atoll::test {
namespace {

constexpr const char* kIsChild = "ATOLL_EXIT_TEST_CHILD";
constexpr DWORD kCannotBegin = 43;
constexpr DWORD kPatience = 60'000;  // milliseconds; of a process that takes less than one second

void (*function)() = nullptr;

void call_and_end() {
  function();
  ::TerminateProcess(::GetCurrentProcess(), kCameToItsEnd);
}

[[noreturn]] void be_the_child(void (*run)(), void (*at_exit)()) {
  function = at_exit;
  const HMODULE library = ::LoadLibraryA("tests\\malloc\\calls_at_exit.dll");
  if (library == nullptr) ::ExitProcess(kCannotBegin);
  using Call = void (*)(void (*)());
  reinterpret_cast<Call>(reinterpret_cast<void*>(::GetProcAddress(library, "call_at_exit")))(
      call_and_end);
  run();
  ::ExitProcess(0);
}

std::string command_line() {
  std::string program(MAX_PATH, '\0');
  program.resize(::GetModuleFileNameA(nullptr, program.data(), MAX_PATH));
  const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
  return "\"" + program + "\" --gtest_filter=" + test.test_suite_name() + "." + test.name();
}

}  // namespace

DWORD exit_code_of_process(void (*run)(), void (*at_exit)()) {
  if (::GetEnvironmentVariableA(kIsChild, nullptr, 0) != 0) be_the_child(run, at_exit);
  ::SetEnvironmentVariableA(kIsChild, "1");
  STARTUPINFOA startup{};
  startup.cb = sizeof startup;
  PROCESS_INFORMATION process{};
  std::string command = command_line();
  const BOOL has_begun = ::CreateProcessA(nullptr, command.data(), nullptr, nullptr, FALSE, 0,
                                          nullptr, nullptr, &startup, &process);
  ::SetEnvironmentVariableA(kIsChild, nullptr);
  if (!has_begun) return kCannotBegin;
  ::WaitForSingleObject(process.hProcess, kPatience);
  DWORD code = 0;
  ::GetExitCodeProcess(process.hProcess, &code);
  if (code == STILL_ACTIVE) ::TerminateProcess(process.hProcess, 1);
  ::CloseHandle(process.hThread);
  ::CloseHandle(process.hProcess);
  return code;
}

}  // namespace Atoll::test
