// Objects, the stack, and the collector.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <utility>

#include "examples/runtime/runtime.h"

namespace Lisp {

// This language has no way to go on without memory.
void* Runtime::checked(void* memory) {
  if (memory != nullptr) return memory;
  const std::string why(heap_.last_failure().view());
  std::fprintf(stderr, "no memory: %s\n", why.c_str());
  std::exit(1);
}

Value Runtime::make(Kind kind, std::initializer_list<Value> values, std::string_view bytes) {
  const auto count = static_cast<std::uint32_t>(values.size() + bytes.size());
  // Whole words: a tiny object is aligned as its size is, and the lowest bit of a value is in use.
  const std::size_t words = 1 + values.size() + (bytes.size() + 7) / 8;
  const Atoll::Scan scan = values.size() == 0 ? Atoll::Scan::kNoscan : Atoll::Scan::kScan;
  void* const memory = checked(heap_.allocate(words * sizeof(Value), scan));
  allocated_ += words * sizeof(Value);
  const Value made = Value::of(new (memory) Object{kind, count});
  std::copy(values.begin(), values.end(), &made[0]);
  bytes.copy(made.object()->text(), bytes.size());
  return made;
}

void Runtime::push(Value value) {
  if (depth_ * sizeof(Value) == stack_.size) {
    const auto fixed_stack = static_cast<std::size_t>(heap_.platform().spec.fixed_stack);
    const auto larger = heap_.stack_allocate(std::max(fixed_stack, stack_.size * 2));
    std::copy_n(values(), depth_, static_cast<Value*>(checked(larger.base)));
    heap_.stack_free(std::exchange(stack_, larger));
  }
  values()[depth_++] = value;
}

void Runtime::mark(Value value) {
  if (value.is_integer()) return;
  const Atoll::Object found = heap_.mark(value.object());
  live_ += found.size;
  if (found && !found.noscan) push(value);
}

void Runtime::collect() {
  // Below are the roots, the registers among them; above come objects that are marked, but what
  // they hold is not.
  for (const Value value : {symbols_, environment_, value_}) push(value);
  const std::size_t roots = depth_;
  heap_.begin_mark();
  live_ = 0;
  for (std::size_t i = 0; i < roots; ++i) mark(values()[i]);
  while (depth_ != roots) {
    const Value holder = pop();
    for (std::size_t i = 0; i < holder.object()->size; ++i) mark(holder[i]);
  }
  heap_.end_mark();
  heap_.sweep_all();
  while (heap_.run_finalizer()) {
  }
  depth_ -= 3;
  allocated_ = 0;
  ++collections_;
  if (live_ > kMaximumLive) fail("out of memory");
}

}  // namespace Lisp
