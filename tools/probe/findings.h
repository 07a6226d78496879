// Writes the probe's lines, and keeps the verdict.
#pragma once

#include <cstdint>
#include <string_view>

#include "os/base/address.h"
#include "os/base/text.h"
#include "tools/probe/sink.h"

namespace Atoll::probe {

class Findings {
 public:
  Findings(Sink sink, void* context) : sink_(sink), context_(context) {}

  void value(std::string_view key, std::string_view value) { line("value", key, value); }
  void value(std::string_view key, std::uint64_t number) { value(key, (Line() << number).view()); }
  void value(std::string_view key, Address address) { value(key, (Line() << address).view()); }

  void check(std::string_view name, bool ok, std::string_view why) {
    agrees_ = agrees_ && ok;
    Text<512> text;
    text << "check\t" << name << "\t" << (ok ? "ok" : "FAIL") << "\t" << why;
    sink_(context_, text.view());
  }
  void note(std::string_view text) { line("note", text, {}); }
  void call(std::string_view text) { line("call", text, {}); }

  bool agrees() const { return agrees_; }

 private:
  void line(std::string_view kind, std::string_view first, std::string_view second) {
    Text<512> text;
    text << kind << "\t" << first;
    if (!second.empty()) text << "\t" << second;
    sink_(context_, text.view());
  }

  Sink sink_;
  void* context_;
  bool agrees_ = true;
};

}  // namespace Atoll::probe
