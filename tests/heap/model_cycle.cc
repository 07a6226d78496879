// Mark, sweep, and finalizers.
#include "tests/heap/model.h"

namespace Atoll::test {

bool Model::set_finalizer(Slot& slot) {
  // A tiny object shares its fate with its neighbours.
  if (slot.bytes == nullptr || slot.size == 0 || slot.is_tiny) return true;
  if (slot.finalizer == Finalizer::kDue) return true;
  const bool has_one = slot.finalizer == Finalizer::kSet;
  const bool is_set = heap_.set_finalizer(slot.bytes, &Model::on_finalizer, &slot);
  if (is_set && has_one) return fail("an object got a second finalizer");
  if (!is_set && !has_one) return out_of_memory();
  slot.finalizer = Finalizer::kSet;
  return true;
}

void Model::on_finalizer(void* object, void* argument) {
  Slot& slot = *static_cast<Slot*>(argument);
  if (object != slot.bytes) {
    slot.model->fail("a finalizer ran for an object that is gone");
  } else if (slot.finalizer != Finalizer::kDue) {
    slot.model->fail("a finalizer ran that was not due");
  }
  slot.finalizer = Finalizer::kNone;
}

bool Model::begin_mark() {
  if (options_.is_shared || phase_ == Phase::kMarking) return true;
  heap_.begin_mark();
  // The heap has swept what was left of the last cycle.
  counts_.all_swept();
  phase_ = Phase::kMarking;
  marked_blocks_.clear();
  // The heap keeps the objects of due finalizers.
  for (Slot& slot : slots_) slot.is_marked = slot.finalizer == Finalizer::kDue;
  return true;
}

bool Model::mark_roots(std::uint64_t choice) {
  if (phase_ != Phase::kMarking) return true;
  for (Slot& slot : slots_) {
    if (slot.bytes == nullptr || slot.size == 0 || !is_root(choice, number_of(slot))) continue;
    // Any address of an object marks it.
    if (!mark(slot, mix(choice ^ slot.pattern) % slot.extent)) return false;
  }
  for (const Stack& stack : stacks_) {
    if (stack.memory.base != nullptr && heap_.mark(stack.memory.base)) {
      return fail("a stack was marked as an object");
    }
  }
  return true;
}

bool Model::mark(Slot& slot, std::uint64_t offset) {
  const bool was_marked = is_marked(slot);
  const std::byte* const p = slot.bytes + offset;
  const Object expected = was_marked ? Object{} : expected_object(p);
  const Object marked = heap_.mark(p);
  if (marked.base != expected.base || marked.size != expected.size) {
    return fail(was_marked ? "an object was marked twice" : "an object could not be marked");
  }
  set_marked(slot);
  return true;
}

bool Model::end_mark() {
  if (phase_ != Phase::kMarking) return true;
  heap_.end_mark();
  phase_ = Phase::kSweeping;
  for (Slot& slot : slots_) {
    if (slot.bytes == nullptr || slot.size == 0 || is_marked(slot)) continue;
    if (slot.finalizer == Finalizer::kSet) {
      slot.finalizer = Finalizer::kDue;  // lives on
    } else {
      drop(slot, /*is_swept_later=*/true);
    }
  }
  return true;
}

bool Model::sweep(std::uint64_t spans) {
  if (options_.is_shared) return true;
  for (; spans != 0; --spans) {
    if (heap_.sweep_one()) continue;
    if (phase_ == Phase::kSweeping) phase_ = Phase::kIdle;
    counts_.all_swept();
    break;
  }
  return true;
}

bool Model::sweep_all() {
  if (options_.is_shared || phase_ == Phase::kMarking) return true;
  heap_.sweep_all();
  if (heap_.sweep_one()) return fail("a span was left by sweep_all()");
  phase_ = Phase::kIdle;
  counts_.all_swept();
  if (!run_finalizers()) return false;
  for (const Slot& slot : slots_) {
    if (slot.finalizer == Finalizer::kDue) return fail("a finalizer did not become due");
  }
  return true;
}

bool Model::run_finalizers() {
  if (options_.is_shared) return true;
  while (heap_.run_finalizer()) {
    if (!failure_.empty()) return false;
  }
  return failure_.empty();
}

}  // namespace Atoll::test
