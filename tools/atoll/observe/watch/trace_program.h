// Runs a program of this machine's kernel under ptrace(), and writes down what it asks for.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "tools/atoll/observe/watch/calls.h"

namespace Atoll::observe {

struct Bounds {
  std::chrono::seconds time{10};
  std::uint64_t resident_bytes = 0;  // of the program and all its children; 0: no bound
  unsigned processes = 64;           // that it may begin
  bool to_end = false;               // let it run on when its heap stands
};

// It could not be started; says why.
class CannotRun : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The user pressed Ctrl-C; the program has been ended.
class Stopped : public std::exception {};

// `command` is a path and its arguments. The program has no input, and its output goes to standard
// error. When this returns, the program and all processes that it began are gone, whatever
// happened; should this process end meanwhile, the kernel ends them. Throws CannotRun or Stopped.
//
// A process may have one call at a time, and no other children.
Watched trace_program(const std::vector<std::string>& command, const Bounds& bounds);

}  // namespace Atoll::observe
