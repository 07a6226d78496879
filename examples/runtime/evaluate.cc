#include <algorithm>
#include <utility>

#include "examples/runtime/runtime.h"

namespace Lisp {

constexpr Value kUnbound{2};  // of a symbol's variable; no object is there

Runtime::Runtime(Atoll::Heap& heap, Write write) : heap_(heap), write_(std::move(write)) {
  for (std::uint32_t i = 0; i < builtins().size(); ++i) {
    const Value variable = symbol(builtins()[i].name)[1] = make(Kind::kBuiltin, {});
    variable.object()->size = i;
  }
}

Runtime::~Runtime() {
  symbols_ = environment_ = value_ = {};
  collect();
  collect();  // what had finalizers
  heap_.stack_free(stack_);
}

bool Runtime::run(std::string_view program) {
  error_.clear();
  source_ = program;
  while (error_.empty() && skip_space()) {
    environment_ = {};
    bool is_expression = expression(read(100));
    while (error_.empty() && (is_expression || depth_ != 0)) {
      if (allocated_ > std::max(live_, kFirstThreshold)) collect();
      is_expression = is_expression ? evaluate() : proceed();
    }
    depth_ = 0;
  }
  return error_.empty();
}

bool Runtime::fail(std::string_view what, std::string_view of) {
  if (error_.empty()) error_.append(what).append(of);
  return false;
}

bool Runtime::evaluate() {
  if (value_.is(Kind::kSymbol)) return result(variable(value_));
  if (!value_.is(Kind::kPair)) return false;
  const Value head = value_[0];
  const Value operands = value_[1];
  const Value one = first(operands);
  const Value global = head.is(Kind::kSymbol) && head[1] != kUnbound ? head[1] : Value{};
  switch (global.is(Kind::kBuiltin) ? global.object()->size : builtins().size()) {
    case kQuote:
      return result(one);
    case kIf:
      return expression(one, Frame::kIf, rest(operands));
    case kDefine:
      return expression(first(rest(operands)), Frame::kDefine, one);
    case kLambda:
      return result(make(Kind::kClosure, {one, rest(operands), environment_}));
    case kBegin:
      return sequence(operands);
    default:
      return expression(head, Frame::kCall, operands);
  }
}

bool Runtime::proceed() {
  const auto frame = static_cast<std::size_t>(pop().integer());
  const Value data = pop();
  environment_ = pop();
  switch (static_cast<Frame>(frame & 3)) {
    case Frame::kCall: {
      // The function and its arguments stay on the stack; data are those not evaluated yet.
      push(value_);
      const std::size_t count = (frame >> 2) + 1;
      if (!data.is_nil()) return expression(first(data), Frame::kCall, rest(data), count);
      depth_ -= count;
      return call(values()[depth_], {values() + depth_ + 1, count - 1});
    }
    case Frame::kIf:
      return expression(first(value_.is_nil() ? rest(data) : data));
    case Frame::kDefine:
      if (data.is(Kind::kSymbol)) data[1] = value_;
      return false;
    case Frame::kSequence:
      return sequence(data);
  }
  return false;
}

// The arguments were taken off the stack, and are there until the next push.
bool Runtime::call(Value function, Values arguments) {
  if (function.is(Kind::kClosure)) {
    environment_ = function[2];
    Value names = function[0];
    for (std::size_t i = 0; names.is(Kind::kPair); ++i, names = names[1]) {
      const Value binding = make(Kind::kPair, {names[0], at(arguments, i)});
      environment_ = make(Kind::kPair, {binding, environment_});
    }
    return sequence(function[1]);
  }
  const std::size_t number = function.is(Kind::kBuiltin) ? function.object()->size : 0;
  if (builtins()[number].function == nullptr) return fail("not a function");
  return result(builtins()[number].function(*this, arguments));
}

bool Runtime::sequence(Value body) {
  // Nothing is left on the stack for the last, so that loops by recursion take no room.
  if (rest(body).is_nil()) return expression(first(body));
  return expression(first(body), Frame::kSequence, rest(body));
}

bool Runtime::expression(Value next, Frame frame, Value data, std::size_t count) {
  if (depth_ > kMaximumDepth) return fail("stack overflow");
  const Value tag =
      Value::of(static_cast<std::int64_t>(count << 2 | static_cast<std::size_t>(frame)));
  for (const Value value : {environment_, data, tag}) push(value);
  return expression(next);
}

Value Runtime::variable(Value name) {
  for (Value list = environment_; !list.is_nil(); list = list[1]) {
    if (list[0][0] == name) return list[0][1];
  }
  if (name[1] != kUnbound) return name[1];
  fail("unbound: ", name[0].object()->view());
  return {};
}

Value Runtime::symbol(std::string_view name) {
  for (Value list = symbols_; !list.is_nil(); list = list[1]) {
    if (list[0][0].object()->view() == name) return list[0];
  }
  const Value made = make(Kind::kSymbol, {make(Kind::kString, {}, name), kUnbound});
  symbols_ = make(Kind::kPair, {made, symbols_});
  return made;
}

}  // namespace Lisp
