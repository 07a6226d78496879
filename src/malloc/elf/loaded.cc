#include "src/malloc/elf/loaded.h"

#include <elf.h>
#include <link.h>

#include <cstdint>

namespace Atoll {
namespace {

// The dynamic section of one library.
class Library {
 public:
  explicit Library(const dl_phdr_info& info) : base_(info.dlpi_addr) {
    for (unsigned i = 0; i < info.dlpi_phnum; ++i) {
      const auto& header = info.dlpi_phdr[i];
      if (header.p_type == PT_DYNAMIC) read(at<ElfW(Dyn)>(header.p_vaddr + base_));
    }
  }

  std::string_view soname() const {
    return strings_ != nullptr && has_soname_ ? strings_ + soname_ : std::string_view();
  }

  // Null: it does not define such a function.
  void* find(std::string_view name) const {
    if (symbols_ == nullptr || strings_ == nullptr) return nullptr;
    return gnu_hash_ != nullptr ? find_by_gnu_hash(name) : find_by_hash(name);
  }

 private:
  template <typename T>
  static const T* at(ElfW(Addr) address) {
    return reinterpret_cast<const T*>(address);  // NOLINT(performance-no-int-to-ptr)
  }
  // Loaders relocate these in place, on some processors and for some libraries.
  template <typename T>
  const T* of(const ElfW(Dyn) & entry) const {
    const ElfW(Addr) address = entry.d_un.d_ptr;
    return at<T>(address < base_ ? address + base_ : address);
  }

  void read(const ElfW(Dyn) * entry) {
    for (; entry->d_tag != DT_NULL; ++entry) {
      if (entry->d_tag == DT_SYMTAB) symbols_ = of<ElfW(Sym)>(*entry);
      if (entry->d_tag == DT_STRTAB) strings_ = of<char>(*entry);
      if (entry->d_tag == DT_GNU_HASH) gnu_hash_ = of<std::uint32_t>(*entry);
      if (entry->d_tag == DT_HASH) hash_ = of<std::uint32_t>(*entry);
      if (entry->d_tag == DT_SONAME) {
        soname_ = entry->d_un.d_val;
        has_soname_ = true;
      }
    }
  }

  void* function(std::uint32_t index, std::string_view name) const {
    const ElfW(Sym)& symbol = symbols_[index];
    const unsigned type = symbol.st_info & 0xfU;
    if (symbol.st_shndx == SHN_UNDEF || type != STT_FUNC) return nullptr;
    if (strings_ + symbol.st_name != name) return nullptr;
    return const_cast<void*>(static_cast<const void*>(at<char>(symbol.st_value + base_)));
  }

  void* find_by_gnu_hash(std::string_view name) const {
    std::uint32_t hash = 5381;
    for (const char c : name) hash = hash * 33 + static_cast<unsigned char>(c);
    const std::uint32_t buckets = gnu_hash_[0];
    const std::uint32_t first = gnu_hash_[1];
    const std::uint32_t filter_words = gnu_hash_[2];
    if (buckets == 0) return nullptr;
    // The filter in front of the buckets is not used: it would only save time.
    const std::uint32_t* const bucket =
        gnu_hash_ + 4 + std::size_t{filter_words} * (sizeof(ElfW(Addr)) / sizeof(std::uint32_t));
    const std::uint32_t* const chains = bucket + buckets;
    std::uint32_t index = bucket[hash % buckets];
    if (index < first) return nullptr;
    for (;; ++index) {
      const std::uint32_t link = chains[index - first];
      if ((link | 1) == (hash | 1)) {
        if (void* const found = function(index, name); found != nullptr) return found;
      }
      if ((link & 1) != 0) return nullptr;
    }
  }

  void* find_by_hash(std::string_view name) const {
    if (hash_ == nullptr || hash_[0] == 0) return nullptr;
    std::uint32_t hash = 0;
    for (const char c : name) {
      hash = (hash << 4) + static_cast<unsigned char>(c);
      const std::uint32_t high = hash & 0xf0000000;
      hash = (hash ^ (high >> 24)) & ~high;
    }
    const std::uint32_t* const chains = hash_ + 2 + hash_[0];
    for (std::uint32_t i = hash_[2 + hash % hash_[0]]; i != STN_UNDEF; i = chains[i]) {
      if (void* const found = function(i, name); found != nullptr) return found;
    }
    return nullptr;
  }

  ElfW(Addr) base_;
  const ElfW(Sym) * symbols_ = nullptr;
  const char* strings_ = nullptr;
  const std::uint32_t* gnu_hash_ = nullptr;
  const std::uint32_t* hash_ = nullptr;
  ElfW(Xword) soname_ = 0;
  bool has_soname_ = false;
};

struct Search {
  std::string_view library;
  std::string_view name;
  void* found = nullptr;
};

int look_at(dl_phdr_info* info, std::size_t /*size*/, void* context) {
  auto& search = *static_cast<Search*>(context);
  const Library library(*info);
  if (!search.library.empty() && !library.soname().starts_with(search.library)) return 0;
  search.found = library.find(search.name);
  return search.found != nullptr ? 1 : 0;
}

}  // namespace

[[gnu::cold]] void* find_loaded_function(std::string_view library, std::string_view name) {
  Search search = {.library = library, .name = name};
  (void)::dl_iterate_phdr(&look_at, &search);
  return search.found;
}

}  // namespace Atoll
