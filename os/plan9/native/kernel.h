// The kernel that this program runs on.
//
//   segment_end   no call: the program knows where its data ends, and makes every move of that end
//   set_break     brk_, 24
//   write_error   pwrite to 2, 51
//   abort         exits with a status that is not empty, 8
//   nanoseconds   nsec, 53, which Go calls too; programs cannot run on kernels older than that call
//   random        open, 14, pread, 50, and close, 4, of /dev/random; the time where there is none
//   yield         sleep of 0, 17
//   page_size     the same three calls for /dev/swap; 4096 if it does not tell
//
// If a program also has Plan 9's own C library, malloc there moves the same break and does not know
// of us. Implement this class with that library's sbrk() then.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "os/plan9/plan9_os.h"

namespace Atoll::os::plan9 {

class NativeKernel final : public Plan9Kernel {
 public:
  constexpr NativeKernel() = default;

  Address segment_end() override;
  bool set_break(Address to) override;
  std::int64_t write_error(std::string_view text) override;
  [[noreturn]] void abort() override;
  std::uint64_t nanoseconds() override;
  std::uint64_t random() override;
  void yield() override;

  static std::uint64_t page_size();

 private:
  Address end_;  // null until the first call
};

// This program's kernel object; there is one, since a process has one break.
NativeKernel& native_kernel();

}  // namespace Atoll::os::plan9
