// Functions that run when objects die.

#include "src/heap/heap.h"
#include "src/objects/span_objects.h"

namespace Atoll {

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
