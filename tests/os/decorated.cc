#include "tests/os/decorated.h"

#include <string_view>

namespace Atoll::os::test {
namespace {

template <class Decorator>
class Decorated final : public DecoratedWorld {
 public:
  template <class... Arguments>
  explicit Decorated(std::unique_ptr<World> world, Arguments... arguments)
      : DecoratedWorld(std::move(world)), decorator_(beneath().os(), arguments...) {}

  Os& os() override { return decorator_; }

 private:
  Decorator decorator_;
};

class Traced final : public DecoratedWorld {
 public:
  explicit Traced(std::unique_ptr<World> world)
      : DecoratedWorld(std::move(world)), trace_(beneath().os(), records_) {}

  Os& os() override { return trace_; }

 private:
  std::array<TraceRecord, 16> records_;
  TraceOs trace_;
};

bool frees_nothing(void*, std::uint64_t) { return false; }

}  // namespace

std::unique_ptr<World> decorate(std::unique_ptr<World> beneath, std::size_t decorator) {
  const std::string_view name = kDecorators[decorator];
  const std::uint32_t bits = beneath->os().probe().address_bits;
  if (name == "trace") return std::make_unique<Traced>(std::move(beneath));
  if (name == "fault_injection") {
    return std::make_unique<Decorated<FaultInjectionOs>>(std::move(beneath));
  }
  if (name == "address_limit") {
    return std::make_unique<Decorated<AddressLimitOs>>(std::move(beneath), bits);
  }
  if (name == "refuse_hints") return std::make_unique<Decorated<RefuseHintsOs>>(std::move(beneath));
  if (name == "retry") {
    return std::make_unique<Decorated<RetryOs>>(std::move(beneath), frees_nothing, nullptr);
  }
  if (name == "narrowed") {
    // Narrows by one bit, so that the system's own choice is too high; a narrower space would have
    // only addresses that sanitizers keep for themselves. Systems without bits to spare keep
    // theirs.
    const std::uint32_t narrow = bits > 40 ? bits - 1 : bits;
    return std::make_unique<Decorated<AddressLimitOs>>(std::move(beneath), narrow,
                                                       AddressLimitOs::HighAnswer::kLooksBeneath);
  }
  std::unique_ptr<World> world = std::move(beneath);
  for (std::size_t i = 0; i + 1 < kDecorators.size(); ++i) {
    if (std::string_view(kDecorators[i]) != "refuse_hints") world = decorate(std::move(world), i);
  }
  return world;
}

}  // namespace Atoll::os::test
