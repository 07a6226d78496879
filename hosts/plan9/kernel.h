// Plan 9's kernel, as far as it is served; see README.md for the calls.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "hosts/plan9/files.h"
#include "hosts/plan9/segments.h"
#include "hosts/trap/trap.h"

namespace Atoll::hosts::plan9 {

class Kernel {
 public:
  explicit Kernel(Segments& segments) : segments_(segments) {}

  // One call of the guest, whose registers these are.
  void serve(trap::Registers& registers);

 private:
  class Arguments;

  // What the call returns; nothing if the guest goes on elsewhere.
  std::optional<trap::Word> call(trap::Registers& registers, Arguments& arguments);
  // False: the call fails, and the note is posted.
  bool check(Address address, std::uint64_t size, bool for_writing);
  std::optional<std::string_view> text_at(Address address, std::uint64_t most);

  trap::Word set_break(Address end);
  trap::Word open(Arguments& arguments);
  trap::Word pipe(Arguments& arguments);
  trap::Word transfer(Arguments& arguments, bool is_read);
  trap::Word nanoseconds(Arguments& arguments);
  [[noreturn]] void exits(Arguments& arguments);

  void deliver(const char* note, trap::Registers& registers);
  void note_done(trap::Word how, trap::Registers& registers);

  Segments& segments_;
  Files files_;
  const char* posted_ = nullptr;  // during a call
  trap::Word note_handler_ = 0;
  // While the handler runs: what it interrupted, and by which note.
  std::optional<trap::Registers> interrupted_;
  const char* note_ = nullptr;
};

}  // namespace Atoll::hosts::plan9
