#include "src/objects/own_large.h"

namespace Atoll::objects {

[[gnu::cold]] pages::Span* OwnLarge::close(unsigned place) {
  if (last_at(place) == nullptr) return nullptr;
  last_at(place) = nullptr;
  open_pages_ = static_cast<std::uint16_t>(open_pages_ - (place + 1));
  return take_at(place);
}

[[gnu::cold]] pages::Span* OwnLarge::close_for(std::uint64_t npages, std::size_t most_pages) {
  pages::Span* span = nullptr;
  while (span == nullptr && open_pages_ != 0 && !has_room(npages, most_pages)) {
    next_closed_ = static_cast<std::uint8_t>((next_closed_ + 1) % kPlaces);
    span = close(kFirstPlace + next_closed_);
  }
  return span;
}

[[gnu::cold]] pages::Span* OwnLarge::close_all() {
  for (std::size_t i = 0; i < last_.size(); ++i) {
    pages::Span* const span = close(kFirstPlace + static_cast<unsigned>(i));
    if (span != nullptr) return span;
  }
  return nullptr;
}

[[gnu::cold]] std::uint64_t OwnLarge::cached_bytes() const {
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < kPlaces; ++i) {
    if (free_[i].read() != nullptr) bytes += (kFewestPages + i) * port::kPageSize;
  }
  return bytes;
}

}  // namespace Atoll::objects
