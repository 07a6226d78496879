// The kernel that this program runs on.
//
//   segment_end   none: the program knows where its data ends, and every move of that end is ours
//   set_break     brk_, 24
//   write_error   pwrite to 2, 51
//   abort         exits with a status that is not empty, 8
//   nanoseconds   nsec, 53, which Go calls too; kernels older than that call cannot be run on
//   random        open, 14, pread, 50, and close, 4, of /dev/random; the time where there is none
//   yield         sleep of 0, 17
//   page_size     the same three of /dev/swap; 4096 where it does not tell
//
// Where a program has Plan 9's own C library too, malloc there moves the same break, and would not
// know of us: then this is to be written over its sbrk().
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
  Address end_;  // null until it is first asked for
};

// The one of this program: a process has one break.
NativeKernel& native_kernel();

}  // namespace Atoll::os::plan9
