// The C functions, over heaps of C++.

#include "src/malloc/atoll.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <new>
#include <string_view>

#include "os/base/bits.h"
#include "os/base/text.h"
#include "os/os.h"
#include "src/base/corruption.h"
#include "src/heap/heap.h"
#include "src/malloc/process_heap.h"
#include "src/malloc/report.h"
#include "src/malloc/the_heap.h"

namespace Atoll {
namespace {

// --- Handles. ---

using OnCorruption = void (*)(void* context, const char* what);

// A heap that the caller has made. Its handle is the address of its Heap, as for the process's
// heap.
struct OwnHeap : Heap {
  OnCorruption on_corruption = nullptr;
  void* corruption_context = nullptr;
};

Heap* heap_of(atoll_heap* handle) { return reinterpret_cast<Heap*>(handle); }
atoll_heap* handle_of(Heap* heap) { return reinterpret_cast<atoll_heap*>(heap); }

// --- Texts. ---

std::size_t copy_text(std::string_view text, char* to, std::size_t size) {
  if (size == 0 || to == nullptr) return text.size();
  const std::size_t copied = std::min(text.size(), size - 1);
  std::memcpy(to, text.data(), copied);
  to[copied] = '\0';
  return text.size();
}

Line line_of(std::string_view text) {
  Line line;
  line << text;
  return line;
}

void tell_corruption(void* context, const Corruption& corruption) {
  const auto& own = *static_cast<const OwnHeap*>(context);
  std::array<char, 256> what;
  copy_text(explain(corruption).view(), what.data(), what.size());
  own.on_corruption(own.corruption_context, what.data());
}

// --- Options. ---

bool is_zero(const char* bytes, std::size_t size) {
  return std::all_of(bytes, bytes + size, [](char byte) { return byte == 0; });
}

// The caller's struct may be older and have fewer options; the others are 0 then. It may also be
// newer and have more, which must be 0.
Line read_options(const atoll_options& given, atoll_options& options) {
  if (given.size < sizeof given.size) return line_of("the options do not tell their size");
  std::memcpy(&options, &given, std::min(given.size, sizeof options));
  if (given.size > sizeof options &&
      !is_zero(reinterpret_cast<const char*>(&given) + sizeof options,
               given.size - sizeof options)) {
    return line_of("the options are those of a later version");
  }
  return {};
}

Line choose_release(unsigned release, port::PortSpec& spec) {
  if (release == 0) return {};
  if (release < minor_version(port::kFirstRelease) || release > minor_version(port::kLastRelease)) {
    Line line;
    return line << "there are no numbers of Go 1." << std::uint64_t{release};
  }
  const port::PortLookup found =
      port::find_port(static_cast<port::Release>(release), port::kNativeGoos, port::kNativeGoarch,
                      port::kNativeRace);
  if (!found) {
    Line line;
    return line << "Go 1." << std::uint64_t{release} << " has no port to this system";
  }
  spec = found.spec;
  return {};
}

HeapOptions heap_options(const atoll_options& given, const port::PortSpec& spec, OwnHeap& own) {
  HeapOptions options;
  options.spec = spec;
  options.objects.tiny = given.tiny != 0;
  options.distinct_empty = true;
  options.objects.checked = given.checked != 0;
  options.objects.profile_rate = given.profile_rate;
  options.objects.on_sample = given.on_sample;
  options.objects.on_sample_freed = given.on_sample_freed;
  options.objects.sample_context = given.sample_context;
  if (given.on_corruption != nullptr) {
    own.on_corruption = given.on_corruption;
    own.corruption_context = given.corruption_context;
    options.objects.corruption_handler = tell_corruption;
    options.objects.corruption_context = &own;
  }
  return options;
}

// A multiple of every system's page size. Asking for the real one takes a while, and the heap does
// that itself.
constexpr std::uint64_t kMostPageSize = std::uint64_t{64} << 10;
constexpr std::uint64_t kRecordSize = round_up(sizeof(OwnHeap), kMostPageSize);

void give_record_back(OwnHeap* own) {
  own->~OwnHeap();
  // If the system does not take it back, it is lost.
  static_cast<void>(os::native().free(Address::of(own), kRecordSize));
}

Line create(const atoll_options* given, OwnHeap*& result) {
  atoll_options options{};
  port::PortSpec spec = port::native_spec();
  if (given != nullptr) {
    if (const Line why = read_options(*given, options); !why.view().empty()) return why;
    if (const Line why = choose_release(options.go_release, spec); !why.view().empty()) return why;
  }
  os::Os& os = os::native();
  const os::Allocation record = os.alloc(kRecordSize);
  if (!record.ok()) return line_of("out of memory");
  auto* const own = ::new (record.base.pointer()) OwnHeap;
  const Line why = own->init(os, heap_options(options, spec, *own));
  if (why.view().empty()) {
    result = own;
  } else {
    give_record_back(own);
  }
  return why;
}

// --- Objects. ---

void* allocate(Heap* heap, std::size_t size) {
  return heap == nullptr ? nullptr : heap->allocate(size);
}

void* allocate_zeroed(Heap* heap, std::size_t count, std::size_t size) {
  std::size_t bytes = 0;
  if (heap == nullptr || __builtin_mul_overflow(count, size, &bytes)) return nullptr;
  return heap->allocate_zeroed(bytes);
}

void* allocate_aligned(Heap* heap, std::size_t alignment, std::size_t size) {
  return heap == nullptr ? nullptr : heap->allocate_aligned(size, alignment);
}

void* reallocate(Heap* heap, void* object, std::size_t size) {
  return heap == nullptr ? nullptr : heap->reallocate(object, std::max<std::size_t>(size, 1));
}

void release(Heap* heap, void* object) {
  if (heap != nullptr) heap->free(object);
}

std::size_t usable_size(Heap* heap, const void* object) {
  return heap == nullptr ? 0 : heap->usable_size(object);
}

// --- Statistics. ---

static_assert(std::size_t{ATOLL_SIZE_CLASSES} == port::kMaxSizeClasses);

atoll_statistics statistics_of(const Statistics& from) {
  atoll_statistics to{};
  to.alloc = from.alloc;
  to.total_alloc = from.total_alloc;
  to.sys = from.sys;
  to.mallocs = from.mallocs;
  to.frees = from.frees;
  to.heap_alloc = from.heap_alloc;
  to.heap_sys = from.heap_sys;
  to.heap_idle = from.heap_idle;
  to.heap_inuse = from.heap_in_use;
  to.heap_released = from.heap_released;
  to.heap_objects = from.heap_objects;
  to.stack_inuse = from.stack_in_use;
  to.stack_sys = from.stack_sys;
  to.mspan_inuse = from.mspan_in_use;
  to.mspan_sys = from.mspan_sys;
  to.mcache_inuse = from.mcache_in_use;
  to.mcache_sys = from.mcache_sys;
  to.buck_hash_sys = from.buck_hash_sys;
  to.gc_sys = from.gc_sys;
  to.other_sys = from.other_sys;
  to.size_classes = from.size_classes;
  for (std::size_t i = 0; i < from.by_size.size(); ++i) {
    to.by_size[i] = {from.by_size[i].size, from.by_size[i].mallocs, from.by_size[i].frees};
  }
  return to;
}

// --- Reports. ---

// Counts what it passes on.
class CountingWriter {
 public:
  CountingWriter(atoll_writer write, void* context) : write_(write), context_(context) {}

  Writer writer() {
    return {[](void* self, std::string_view text) {
              auto& own = *static_cast<CountingWriter*>(self);
              own.write_(own.context_, text.data(), text.size());
              own.bytes_ += text.size();
            },
            this};
  }
  std::size_t bytes() const { return bytes_; }

 private:
  atoll_writer write_;
  void* context_;
  std::size_t bytes_ = 0;
};

using Report = void (*)(const Statistics& statistics, const Writer& writer);

[[gnu::cold]] std::size_t write_statistics(Heap* heap, Report report, atoll_writer write,
                                           void* context) {
  if (heap == nullptr) return 0;
  CountingWriter counting(write, context);
  report(heap->statistics(), counting.writer());
  return counting.bytes();
}

[[gnu::cold]] std::size_t write_samples(atoll_writer write, void* context) {
  const ProcessOptions* const options = process_heap() == nullptr ? nullptr : process_options();
  if (options == nullptr || options->heap.objects.profile_rate == 0) return 0;
  CountingWriter counting(write, context);
  process_profile().write(options->heap.objects.profile_rate, counting.writer());
  return counting.bytes();
}

}  // namespace
}  // namespace Atoll

// NOLINTBEGIN(readability-identifier-naming,readability-inconsistent-declaration-parameter-name)

extern "C" {

void* atoll_malloc(size_t size) { return Atoll::allocate(Atoll::process_heap(), size); }
void* atoll_calloc(size_t count, size_t size) {
  return Atoll::allocate_zeroed(Atoll::process_heap(), count, size);
}
void* atoll_realloc(void* object, size_t size) {
  return Atoll::reallocate(Atoll::process_heap(), object, size);
}
void* atoll_aligned_alloc(size_t alignment, size_t size) {
  return Atoll::allocate_aligned(Atoll::process_heap(), alignment, size);
}
void atoll_free(void* object) { Atoll::release(Atoll::process_heap(), object); }
size_t atoll_usable_size(const void* object) {
  return Atoll::usable_size(Atoll::process_heap(), object);
}

[[gnu::cold]] atoll_heap* atoll_heap_create(const atoll_options* options, char* why,
                                            size_t why_size) {
  Atoll::OwnHeap* own = nullptr;
  const Atoll::Line line = Atoll::create(options, own);
  Atoll::copy_text(line.view(), why, why_size);
  return own == nullptr ? nullptr : Atoll::handle_of(own);
}

void atoll_heap_destroy(atoll_heap* heap) {
  // Compares addresses, so that this call does not start the process's heap.
  if (heap == nullptr || Atoll::heap_of(heap) == &Atoll::the_heap()) return;
  Atoll::give_record_back(static_cast<Atoll::OwnHeap*>(Atoll::heap_of(heap)));
}

atoll_heap* atoll_process_heap(void) { return Atoll::handle_of(Atoll::process_heap()); }

void* atoll_heap_malloc(atoll_heap* heap, size_t size) {
  return Atoll::allocate(Atoll::heap_of(heap), size);
}
void* atoll_heap_calloc(atoll_heap* heap, size_t count, size_t size) {
  return Atoll::allocate_zeroed(Atoll::heap_of(heap), count, size);
}
void* atoll_heap_realloc(atoll_heap* heap, void* object, size_t size) {
  return Atoll::reallocate(Atoll::heap_of(heap), object, size);
}
void* atoll_heap_aligned_alloc(atoll_heap* heap, size_t alignment, size_t size) {
  return Atoll::allocate_aligned(Atoll::heap_of(heap), alignment, size);
}
void atoll_heap_free(atoll_heap* heap, void* object) {
  Atoll::release(Atoll::heap_of(heap), object);
}
size_t atoll_heap_usable_size(atoll_heap* heap, const void* object) {
  return Atoll::usable_size(Atoll::heap_of(heap), object);
}

uint64_t atoll_heap_scavenge(atoll_heap* heap) {
  return heap == nullptr ? 0 : Atoll::heap_of(heap)->scavenge();
}

size_t atoll_heap_last_error(atoll_heap* heap, char* text, size_t size) {
  if (heap == nullptr) return Atoll::copy_text("there is no heap", text, size);
  return Atoll::copy_text(Atoll::heap_of(heap)->last_failure().view(), text, size);
}

size_t atoll_heap_check(atoll_heap* heap, char* text, size_t size) {
  if (heap == nullptr) return Atoll::copy_text("", text, size);
  return Atoll::copy_text(Atoll::heap_of(heap)->check().view(), text, size);
}

[[gnu::cold]] void atoll_heap_statistics(atoll_heap* heap, atoll_statistics* statistics) {
  atoll_statistics all{};
  if (heap != nullptr) all = Atoll::statistics_of(Atoll::heap_of(heap)->statistics());
  all.size = std::min(statistics->size, sizeof all);
  std::memcpy(statistics, &all, all.size);
}

size_t atoll_heap_write_text(atoll_heap* heap, atoll_writer write, void* context) {
  return Atoll::write_statistics(Atoll::heap_of(heap), &Atoll::write_text, write, context);
}
size_t atoll_heap_write_json(atoll_heap* heap, atoll_writer write, void* context) {
  return Atoll::write_statistics(Atoll::heap_of(heap), &Atoll::write_json, write, context);
}
size_t atoll_write_profile(atoll_writer write, void* context) {
  return Atoll::write_samples(write, context);
}

}  // extern "C"

// NOLINTEND(readability-identifier-naming,readability-inconsistent-declaration-parameter-name)
