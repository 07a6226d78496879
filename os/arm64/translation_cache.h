// The processor's barriers and its cache of translations, the TLB.
#pragma once

#include "os/arm64/page_tables.h"

namespace Atoll::os::arm64 {

class TranslationCache final : public Walker {
 public:
  constexpr TranslationCache() = default;

  void order() override { __asm__ volatile("dsb ishst" ::: "memory"); }

  void publish() override { __asm__ volatile("dsb ishst; isb" ::: "memory"); }

  void forget(Range range) override {
    // For more pages than this, it is cheaper to forget everything.
    constexpr std::uint64_t kMostPages = 64;
    __asm__ volatile("dsb ishst" ::: "memory");
    if (range.size / PageTables::kPageBytes > kMostPages) {
      __asm__ volatile("tlbi vmalle1" ::: "memory");
    } else {
      // Forgets the tables that led there too, not only the page's own entry.
      for (std::uint64_t offset = 0; offset < range.size; offset += PageTables::kPageBytes) {
        const std::uint64_t page = (range.base + offset).value() / PageTables::kPageBytes;
        __asm__ volatile("tlbi vaae1, %0" ::"r"(page) : "memory");
      }
    }
    __asm__ volatile("dsb ish; isb" ::: "memory");
  }
};

}  // namespace Atoll::os::arm64
