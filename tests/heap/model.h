// Executes requests on a heap and predicts the results: a slow and simple twin of the heap, which
// keeps every object in use in a table.
//
// The model writes a pattern over all usable bytes of an object, and checks it before it frees or
// moves the object, and when the object dies. It notices objects that overlap, that are misaligned,
// too small, not zero where promised, lost, or found where there is none. It also counts what the
// heap's statistics must say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "src/heap/heap.h"
#include "tests/heap/counts.h"
#include "tests/heap/request.h"

namespace Atoll::test {

// Keeps the first corruption that a heap reports, which would otherwise end the program. Then
// models of that heap fail.
class CorruptionLog {
 public:
  void listen(HeapOptions& options) {
    options.objects.corruption_handler = [](void* context, const Corruption& corruption) {
      std::string& first = static_cast<CorruptionLog*>(context)->first_;
      if (first.empty()) first = explain(corruption).view();
    };
    options.objects.corruption_context = this;
  }
  const std::string& first() const { return first_; }

 private:
  std::string first_;
};

struct ModelOptions {
  std::uint32_t slots = 1024;
  std::uint32_t stack_slots = 24;
  // The model leaves out requests that would exceed this.
  std::uint64_t most_live_bytes = std::uint64_t{48} << 20;
  // The system may refuse calls: then a lack of memory is no error.
  bool may_fail = false;
  // Others use the heap too: the model runs no mark cycles, and does not compare statistics.
  bool is_shared = false;
  const CorruptionLog* corruptions = nullptr;
};

class Model {
 public:
  // The heap must be initialised with `heap_options`, and empty.
  Model(Heap& heap, const HeapOptions& heap_options, const ModelOptions& options = {});
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  ~Model() = default;  // objects stay in the heap; finalizers must not run any more

  // Returns false if something was wrong, now or before; then failure() tells what.
  bool execute(const Request& request);
  // Checks the heap's statistics, and calls its own check.
  bool check();
  // Checks the contents of every object and stack.
  bool check_contents();
  // Frees everything.
  bool free_all();

  const std::string& failure() const { return failure_; }
  // The number of allocations that the heap refused.
  std::uint64_t refusals() const { return refusals_; }
  const Counts& counts() const { return counts_; }

  // An object. `bytes` null: none; `size` 0: the empty object.
  struct Item {
    std::byte* bytes = nullptr;
    std::size_t size = 0;    // asked for
    std::size_t extent = 0;  // usable, and filled
    std::uint64_t pattern = 0;
    bool scan = false;
    bool is_tiny = false;
    bool is_large = false;
  };
  // Takes the object out of a slot, to hand it to another model. It loses its finalizer.
  Item give_away(std::uint32_t number);
  // Puts the object into a slot, and first frees the one that was there.
  bool take_over(std::uint32_t number, const Item& item);

 private:
  enum class Finalizer : std::uint8_t { kNone, kSet, kDue };
  enum class Phase : std::uint8_t { kIdle, kMarking, kSweeping };

  struct Slot : Item {
    const Item& item() const { return *this; }

    Model* model = nullptr;
    Finalizer finalizer = Finalizer::kNone;
    bool is_marked = false;
  };
  struct Stack {
    StackMemory memory;
    std::uint64_t pattern = 0;
  };
  struct Extent {
    std::uintptr_t end = 0;
    std::uint32_t slot = 0;  // or kStack
  };
  static constexpr std::uint32_t kStack = UINT32_MAX;

  bool execute_now(const Request& request);

  // model.cc
  bool allocate(Slot& slot, const Request& request);
  bool free(Slot& slot);
  bool reallocate(Slot& slot, const Request& request);
  bool reallocate_object(Slot& slot, const Request& request);
  bool stack_allocate(Stack& stack, std::uint64_t size);
  bool stack_free(Stack& stack);
  bool adopt(Slot& slot, void* p, const Request& request);
  bool adopt_empty(Slot& slot, void* p);
  bool check_new(const Slot& slot, const Request& request);
  bool check_alignment(const Item& item, std::uint64_t alignment);
  bool check_pattern(const Item& item, std::size_t size);
  bool check_stack(const Stack& stack);
  bool check_corruptions();
  bool insert(const void* p, std::size_t size, std::uint32_t slot);
  void keep(Slot& slot);
  void drop(Slot& slot, bool is_swept_later);
  bool is_tiny(const Request& request) const;
  bool is_large(const Request& request) const;
  std::uint64_t aligned_class(const port::SizeClassTable& table, std::size_t size) const;
  bool out_of_memory();

  // model_find.cc
  bool find(const Request& request);
  bool find_around(const Item& item);
  bool check_found(const void* p);
  bool check_found_nothing_of_ours(const void* p, const Object& found);
  Object expected_object(const void* p) const;

  // model_cycle.cc
  bool set_finalizer(Slot& slot);
  bool begin_mark();
  bool mark_roots(std::uint64_t choice);
  bool mark(Slot& slot, std::uint64_t offset);
  bool end_mark();
  bool sweep(std::uint64_t spans);
  bool sweep_all();
  bool run_finalizers();
  static void on_finalizer(void* object, void* argument);

  Counts::OfClass& class_of(const Item& item);
  std::uint32_t number_of(const Slot& slot) const {
    return static_cast<std::uint32_t>(&slot - slots_.data());
  }
  static std::uintptr_t block_of(const Item& item) {
    return reinterpret_cast<std::uintptr_t>(item.bytes) & ~std::uintptr_t{port::kTinySize - 1};
  }
  bool is_marked(const Slot& slot) const {
    return slot.is_tiny ? marked_blocks_.contains(block_of(slot)) : slot.is_marked;
  }
  void set_marked(Slot& slot) {
    slot.is_marked = true;
    if (slot.is_tiny) marked_blocks_.insert(block_of(slot));
  }
  bool fail(const std::string& what);

  Heap& heap_;
  HeapOptions heap_options_;
  ModelOptions options_;
  std::vector<Slot> slots_;
  std::vector<Stack> stacks_;
  std::map<std::uintptr_t, Extent> extents_;  // of objects and stacks in use, by their beginnings
  std::set<std::uintptr_t> marked_blocks_;    // of tiny objects, while marking
  Counts counts_;
  Phase phase_ = Phase::kIdle;
  void* empty_object_ = nullptr;
  std::uint64_t live_bytes_ = 0;
  std::uint64_t patterns_ = 0;
  std::uint64_t requests_ = 0;
  std::uint64_t refusals_ = 0;
  std::string failure_;
};

// Executes requests of `source`. Checks everything once in `check_one_in` requests, and at the end,
// when it has freed all. Returns the model's failure, or nothing.
template <typename Source>
std::string run(Model& model, Source& source, std::uint64_t requests,
                std::uint64_t check_one_in = 8192) {
  for (std::uint64_t i = 1; i <= requests; ++i) {
    if (!model.execute(source.next())) break;
    if (i % check_one_in == 0 && !(model.check() && model.check_contents())) break;
  }
  if (model.check() && model.check_contents() && model.free_all()) (void)model.check();
  return model.failure();
}

}  // namespace Atoll::test
