// Mark and sweep, and finalizers.

#include "src/heap/heap.h"
#include "src/objects/span_objects.h"
#include "src/objects/sweep.h"

namespace Atoll {

pages::Span* Heap::find_span(const void* p, std::uint64_t* index) {
  if (!state_.has_value()) return nullptr;
  const Address address = platform().address(p);
  pages::Span* const span = state_->pages.map().object_span_of(address);
  if (span == nullptr || !span->has_objects.load(std::memory_order_acquire)) return nullptr;
  *index = objects::index_of(*span, address);
  const bool is_taken = *index < span->object_count && objects::is_set(span->alloc_bits, *index);
  return is_taken ? span : nullptr;
}

Object Heap::object_of(const pages::Span& span, std::uint64_t index) const {
  return {platform().pointer(objects::object_at(span, index)),
          static_cast<std::size_t>(span.object_size),
          port::is_noscan(span.span_class.load(std::memory_order_relaxed))};
}

objects::Central& Heap::central_of(const pages::Span& span) {
  return state_->objects.centrals[span.span_class.load(std::memory_order_relaxed)];
}

// Nobody may hold on to an object at `p`, or the span be another one in a moment: the page heap's
// lock keeps it as it is.
Object Heap::find_object(const void* p) {
  if (!state_.has_value()) return {};
  const Entry entry(*this);
  if (entry.is_inner()) return {};
  const LockGuard guard(state_->pages.lock(), state_->platform.os);
  std::uint64_t index = 0;
  pages::Span* const span = find_span(p, &index);
  if (span == nullptr || !objects::is_alive(state_->objects, *span, index)) return {};
  return object_of(*span, index);
}

void Heap::begin_mark() {
  State& state = *state_;
  sweep_all();
  state.stacks.set_collecting(true);
  state.objects.marking.store(true, std::memory_order_relaxed);
  state.objects.may_have_marks = true;
  {
    const Entry entry(*this);
    adopt_all();
    for (ThreadCache* cache = state.caches.first(); cache != nullptr; cache = cache->next) {
      if (is_orphan(*cache)) {
        cache->objects.forget_lists();
      } else {
        cache->objects.flush(state.objects);
        cache->objects.set_careful(true);
      }
    }
    settle_chains();
  }
  // What a finalizer is due for lives until it has run.
  state.objects.specials.for_each_due(
      [](void* heap, void* object) { (void)static_cast<Heap*>(heap)->mark(object); }, this);
}

Object Heap::mark(const void* p) {
  if (!state_.has_value() || is_inner()) return {};
  const LockGuard guard(state_->pages.lock(), state_->platform.os);
  std::uint64_t index = 0;
  const pages::Span* const span = find_span(p, &index);
  if (span == nullptr) return {};
  const objects::BitWord mask = objects::mask_of(index);
  std::atomic<objects::BitWord>& word = objects::word_of(span->mark_bits, index);
  if ((word.fetch_or(mask, std::memory_order_relaxed) & mask) != 0) return {};
  return object_of(*span, index);
}

void Heap::end_mark() {
  State& state = *state_;
  const Entry entry(*this);
  state.objects.marking.store(false, std::memory_order_relaxed);
  // New numbers: what threads freed the fast way before is looked at until its span is swept.
  for (ThreadCache* cache = state.caches.first(); cache != nullptr; cache = cache->next) {
    if (is_orphan(*cache)) continue;
    cache->objects.flush(state.objects);
    cache->objects.set_number(new_number());
    cache->objects.set_careful(state.objects.is_careful());
  }
  state.objects.sweep_generation.fetch_add(1, std::memory_order_relaxed);
  for (objects::Central& central : state.objects.centrals) central.begin_sweep();
  state.next_swept = 0;
  state.stacks.set_collecting(false);
}

bool Heap::sweep_one() {
  State& state = *state_;
  const Entry entry(*this);
  if (entry.is_inner()) return false;
  for (;;) {
    unsigned i = 0;
    {
      const LockGuard guard(state.lock, state.platform.os);
      i = state.next_swept;
    }
    if (i >= sizes_.num_span_classes()) return false;
    if (state.objects.centrals[i].sweep_one(state.objects)) return true;
    const LockGuard guard(state.lock, state.platform.os);
    if (state.next_swept == i) ++state.next_swept;
  }
}

void Heap::sweep_all() {
  while (sweep_one()) {
  }
}

// --- Finalizers. ---

bool Heap::set_finalizer(void* p, objects::FinalizerFunction function, void* argument) {
  std::uint64_t index = 0;
  pages::Span* const span = find_span(p, &index);
  if (span == nullptr) return false;
  const Entry entry(*this);
  if (entry.is_inner()) return false;
  const Address address = platform().address(p);
  if (objects::object_at(*span, index) != address) return false;
  // A block of tiny objects is not one object.
  const objects::TinyBlock* const blocks = span->tiny_blocks.load(std::memory_order_acquire);
  if (blocks != nullptr && blocks[index].load(std::memory_order_relaxed) != 0) return false;
  if (!state_->objects.specials.add_finalizer(span, address - span->base, function, argument)) {
    return false;
  }
  central_of(*span).free_slowly(state_->objects, span);
  return true;
}

bool Heap::clear_finalizer(void* p) {
  std::uint64_t index = 0;
  pages::Span* const span = find_span(p, &index);
  if (span == nullptr) return false;
  const Entry entry(*this);
  if (entry.is_inner()) return false;
  return state_->objects.specials.remove(span, platform().address(p) - span->base,
                                         objects::SpecialKind::kFinalizer);
}

bool Heap::run_finalizer() {
  objects::DueFinalizer due;
  if (!state_.has_value() || is_inner() || !state_->objects.specials.take_due(&due)) return false;
  due.function(due.object, due.argument);
  return true;
}

void Heap::for_each_finalizable(void (*visit)(void* context, Object object), void* context) {
  if (!state_.has_value()) return;
  const pages::PageHeap& pages = state_->pages;
  for (std::uint64_t i = 0; i < pages.span_count(); ++i) {
    const pages::Span& span = *pages.span(i);
    if (span.state.load(std::memory_order_relaxed) != pages::SpanState::kInUse) continue;
    for (const objects::Special* s = span.specials; s != nullptr; s = s->next) {
      if (s->kind != objects::SpecialKind::kFinalizer) continue;
      visit(context, object_of(span, objects::index_of(span, span.base + s->offset)));
    }
  }
  struct Visitor {
    Heap& heap;
    void (*visit)(void* context, Object object);
    void* context;
  } visitor{*this, visit, context};
  state_->objects.specials.for_each_due(
      [](void* due_visitor, void* object) {
        const auto& to = *static_cast<Visitor*>(due_visitor);
        if (const Object found = to.heap.find_object(object)) to.visit(to.context, found);
      },
      &visitor);
}

}  // namespace Atoll
