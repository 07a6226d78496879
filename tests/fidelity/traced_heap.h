// A fresh heap, and every call it makes of its system.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <span>
#include <string>
#include <vector>

#include "os/decorators/trace.h"
#include "src/heap/heap.h"
#include "src/port/port.h"

namespace Atoll::test {

class TracedHeap {
 public:
  TracedHeap(os::Os& os, const port::PortSpec& spec) : storage_(4096), trace_(os, storage_) {
    HeapOptions options;
    options.spec = spec;
    failure_ = heap_.init(trace_, options);
  }

  // Why the heap could not be initialised; empty if it could.
  std::string failure() const { return std::string(failure_.view()); }

  Heap& heap() { return heap_; }
  const Platform& platform() const { return heap_.platform(); }
  Address address(const void* p) const { return platform().address(p); }

  // All calls since the beginning, those of init() among them.
  std::span<const os::TraceRecord> calls() const { return trace_.records(); }
  bool has_all_calls() const { return trace_.overflow() == 0; }

 private:
  std::vector<os::TraceRecord> storage_;
  os::TraceOs trace_;
  Heap heap_;
  Line failure_;
};

// A call as it was made, without its answer.
inline std::string text_of(const os::TraceRecord& call) {
  std::array<char, os::kTraceLine> line{};
  const std::string text(os::format(call, line));
  return text.substr(0, text.find(" -> "));
}

// The differences between releases: up to 1.12 arenas are mapped when they are reserved, 1.13 has
// smaller arenas on wasm, 1.16 one more size class, 1.21 maps step by step.
inline constexpr std::array kTestedReleases = {port::Release::k1_11, port::Release::k1_12,
                                               port::Release::k1_13, port::Release::k1_16,
                                               port::Release::k1_21};

// As names of tests may be: go1_11.
inline std::string name_of(port::Release release) {
  std::string text = "go" + std::string(port::name(release));
  text[text.find('.')] = '_';
  return text;
}

inline std::string name_of_release(const testing::TestParamInfo<port::Release>& release) {
  return name_of(release.param);
}

}  // namespace Atoll::test
