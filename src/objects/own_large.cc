#include "src/objects/own_large.h"

namespace Atoll::objects {

[[gnu::cold]] pages::Span* OwnLarge::close(unsigned place) {
  if (last_at(place) == nullptr) return nullptr;
  last_at(place) = nullptr;
  open_pages_ = static_cast<std::uint16_t>(open_pages_ - (place + 1));
  return take_at(place);
}

[[gnu::cold]] pages::Span* OwnLarge::close_next() {
  next_closed_ = static_cast<std::uint8_t>((next_closed_ + 1) % Places().size());
  return close(kFirstPlace + next_closed_);
}

[[gnu::cold]] pages::Span* OwnLarge::close_all() {
  for (std::size_t i = 0; i < last_.size(); ++i) {
    pages::Span* const span = close(kFirstPlace + static_cast<unsigned>(i));
    if (span != nullptr) return span;
  }
  return nullptr;
}

}  // namespace Atoll::objects
