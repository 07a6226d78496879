// Releases pages without an object in use that lie in spans in use.
//
// The thread that releases them first takes the free objects there, as if it allocated them, and
// frees them afterwards. So it holds no lock while it calls the system, and nobody can use an
// object there meanwhile.

#include <bit>

#include "src/objects/central.h"

namespace Atoll::objects {
namespace {

constexpr unsigned kMostPages = 64;

constexpr std::uint64_t bits_up_to(std::uint64_t count) {
  return count >= kMostPages ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

// Returns the pages that the system has taken and does not give back, if there are some.
[[gnu::cold]] Range release_pages(ObjectHeap& heap, const FreePages& pages, std::uint64_t* bytes) {
  os::Os& os = heap.os();
  for (std::uint64_t left = pages.mask; left != 0;) {
    const auto begin = static_cast<unsigned>(std::countr_zero(left));
    const auto count = static_cast<unsigned>(std::countr_one(left >> begin));
    const Address base = pages.first + begin * pages.page_size;
    const std::uint64_t size = count * pages.page_size;
    left &= ~(bits_up_to(count) << begin);
    if (!os.unused(base, size).ok()) continue;
    *bytes += size;
    if (!os.used(base, size).ok()) return {base, size};
  }
  return {};
}

}  // namespace

[[gnu::cold]] std::uint64_t FreePages::pages_of(std::uint64_t index) const {
  const std::uint64_t before = first - span->base;
  const std::uint64_t begin = index * span->object_size;
  const std::uint64_t end = begin + span->object_size;
  if (end <= before) return 0;
  const std::uint64_t from = begin <= before ? 0 : (begin - before) / page_size;
  const std::uint64_t to = (end - before + page_size - 1) / page_size;
  return bits_up_to(to) & ~bits_up_to(from);
}

// Takes the objects in the free pages of the next span. Returns false if there is none.
[[gnu::cold]] bool Central::take_free_pages(ObjectHeap& heap, FreePages& pages) {
  const LockGuard guard(lock_, heap.os());
  Span* const span = partial_.first();
  // While spans wait to be swept, or the heap marks, free objects are not known.
  if (span == nullptr || !unswept_.empty() || heap.marking.load(std::memory_order_relaxed)) {
    return false;
  }
  pages.span = span;
  pages.first = span->base.aligned_up(pages.page_size);
  const Address end = span->range().end().aligned_down(pages.page_size);
  pages.mask = end <= pages.first ? 0 : bits_up_to((end - pages.first) / pages.page_size);
  for (unsigned i = 0; i < span->object_count && pages.mask != 0; ++i) {
    if (is_set(span->alloc_bits, i)) pages.mask &= ~pages.pages_of(i);
  }
  pages.for_each_object([span](unsigned i) {
    std::atomic<BitWord>& word = word_of(span->alloc_bits, i);
    word.store(word.load(std::memory_order_relaxed) | mask_of(i), std::memory_order_relaxed);
    ++span->taken_count;
  });
  // The span goes behind those that were not looked at yet.
  partial_.remove(span);
  (span->taken_count == span->object_count ? full_ : partial_).push_back(span);
  return true;
}

// Tries again to get what the system refused. Returns whether nothing is withheld now.
[[gnu::cold]] bool Central::regain_withheld(ObjectHeap& heap) {
  ObjectHeap::Withheld& withheld = heap.withheld;
  if (withheld.central == nullptr) return true;
  Central& central = *withheld.central;
  {
    const LockGuard guard(central.lock_, heap.os());
    // As in take_free_pages().
    if (!central.unswept_.empty() || heap.marking.load(std::memory_order_relaxed)) return false;
  }
  if (!heap.os().used(withheld.refused.base, withheld.refused.size).ok()) return false;
  central.give_free_pages(heap, withheld.pages);
  withheld.central = nullptr;
  return true;
}

[[gnu::cold]] std::uint64_t Central::release_free_pages(ObjectHeap& heap) {
  if (heap.releases_pages.exchange(1, std::memory_order_acquire) != 0) return 0;
  std::uint64_t bytes = 0;
  if (regain_withheld(heap)) {
    for (Central& central : heap.centrals) {
      bytes += central.release_own_pages(heap);
      if (heap.withheld.central != nullptr) break;
    }
  }
  heap.releases_pages.store(0, std::memory_order_release);
  return bytes;
}

[[gnu::cold]] std::uint64_t Central::withheld_count(const ObjectHeap& heap) const {
  if (heap.withheld.central != this) return 0;
  std::uint64_t count = 0;
  heap.withheld.pages.for_each_object([&count](unsigned) { ++count; });
  return count;
}

[[gnu::cold]] void Central::mark_withheld(ObjectHeap& heap) {
  if (heap.withheld.central == nullptr) return;
  const FreePages& pages = heap.withheld.pages;
  pages.for_each_object([&pages](unsigned i) {
    word_of(pages.span->mark_bits, i).fetch_or(mask_of(i), std::memory_order_relaxed);
  });
}

[[gnu::cold]] std::uint64_t Central::release_own_pages(ObjectHeap& heap) {
  std::uint64_t left = 0;
  {
    const LockGuard guard(lock_, heap.os());
    for (const Span* span = partial_.first(); span != nullptr; span = span->next) ++left;
  }
  std::uint64_t bytes = 0;
  FreePages pages;
  pages.page_size = heap.platform->machine.page_size;
  for (; left > 0 && take_free_pages(heap, pages); --left) {
    if (pages.mask == 0) continue;
    const Range refused = release_pages(heap, pages, &bytes);
    if (!refused.is_empty()) {
      // The objects stay taken: there is no memory for them.
      heap.withheld = {this, pages, refused};
      break;
    }
    give_free_pages(heap, pages);
  }
  return bytes;
}

}  // namespace Atoll::objects
