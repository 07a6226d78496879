#include "tools/atoll/observe/watch/calls.h"

#include <fmt/format.h>

namespace Atoll::observe {
namespace {

std::string arguments_of(const Call& call) {
  switch (call.kind) {
    case CallKind::kMap:
      return fmt::format("map({:#x}, {}, {}{})", call.address, call.size,
                         call.is_accessible ? "accessible" : "none",
                         call.is_fixed ? ", fixed" : "");
    case CallKind::kUnmap:
      return fmt::format("unmap({:#x}, {})", call.address, call.size);
    case CallKind::kProtect:
      return fmt::format("protect({:#x}, {}, {})", call.address, call.size,
                         call.is_accessible ? "accessible" : "none");
    case CallKind::kAdvise:
      return fmt::format("advise({:#x}, {}, {})", call.address, call.size, call.advice);
    case CallKind::kBreak:
      return fmt::format("break({:#x})", call.address);
    case CallKind::kThread:
      return fmt::format("thread(stack {:#x})", call.address);
  }
  return {};
}

}  // namespace

std::string text_of(const Call& call) {
  std::string text = arguments_of(call);
  if (!call.error.empty()) return text + " failed: " + call.error;
  const bool has_address = call.kind == CallKind::kMap || call.kind == CallKind::kBreak;
  if (has_address && call.result) text += fmt::format(" -> {:#x}", *call.result);
  return text;
}

}  // namespace Atoll::observe
