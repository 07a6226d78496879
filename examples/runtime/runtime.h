// A small Lisp over a heap of Atoll. What its evaluator must come back to is on a stack of its own:
// programs may recurse deeply, and between two steps the collector finds everything from there.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "src/heap/heap.h"

namespace Lisp {

// Up to closures, objects hold values: a pair two, a symbol its name and its variable, a closure
// its parameters, body and environment. The others hold bytes.
enum class Kind : std::uint32_t { kPair, kSymbol, kClosure, kString, kPort, kBuiltin };

struct Object {
  Kind kind;
  std::uint32_t size;  // the number of values or bytes behind it; of a builtin, which one it is
  char* text() { return reinterpret_cast<char*>(this + 1); }
  std::string_view view() { return {text(), size}; }
};

// Nil, an integer of 63 bits (more are cut off), or an object. 64 bits on every target, so that
// programs mean the same everywhere.
struct alignas(8) Value {
  std::uint64_t bits = 0;

  static Value of(std::int64_t integer) { return {static_cast<std::uint64_t>(integer) << 1 | 1}; }
  static Value of(const Object* object) { return {reinterpret_cast<std::uintptr_t>(object)}; }

  bool is_nil() const { return bits == 0; }
  bool is_integer() const { return (bits & 1) != 0; }
  bool is(Kind kind) const { return !is_nil() && !is_integer() && object()->kind == kind; }
  std::int64_t integer() const { return is_integer() ? static_cast<std::int64_t>(bits) >> 1 : 0; }
  Object* object() const { return reinterpret_cast<Object*>(static_cast<std::uintptr_t>(bits)); }
  Value& operator[](std::size_t i) const { return reinterpret_cast<Value*>(object() + 1)[i]; }
  bool operator==(const Value&) const = default;
};
using Values = std::span<const Value>;

// A missing element is nil, so that malformed programs do no harm.
inline Value first(Value list) { return list.is(Kind::kPair) ? list[0] : Value{}; }
inline Value rest(Value list) { return list.is(Kind::kPair) ? list[1] : Value{}; }
inline Value at(Values values, std::size_t i) { return i < values.size() ? values[i] : Value{}; }

class Runtime {
 public:
  using Write = std::function<void(std::string_view)>;

  static constexpr std::size_t kMaximumDepth = 128 << 10;    // values on the stack
  static constexpr std::uint64_t kFirstThreshold = 1 << 18;  // bytes allocated, to collect
  static constexpr std::uint64_t kMaximumLive = 32 << 20;    // bytes
  static constexpr std::size_t kMaximumText = 1 << 20;       // bytes

  Runtime(Atoll::Heap& heap, Write write);
  ~Runtime();  // everything dies
  Runtime(Runtime&&) = delete;

  // Evaluates the program's expressions. False: error() tells what stopped it. What it defined
  // stays for the next.
  bool run(std::string_view program);
  const std::string& error() const { return error_; }
  std::uint64_t collections() const { return collections_; }

  // --- For builtins. ---

  // An object of values or of bytes. It needs no protection yet: collections happen only between
  // two steps.
  Value make(Kind kind, std::initializer_list<Value> values, std::string_view bytes = {});
  bool fail(std::string_view what, std::string_view of = {});  // false
  void write(std::string_view text) { write_(text); }
  Atoll::Heap& heap() { return heap_; }

 private:
  // What becomes of a result. On the stack are the environment, some data, and one of these.
  enum class Frame : std::uint8_t { kCall, kIf, kDefine, kSequence };

  void* checked(void* memory);
  void push(Value value);
  Value pop() { return values()[--depth_]; }
  Value* values() const { return static_cast<Value*>(stack_.base); }
  void mark(Value value);
  void collect();

  std::string_view take(std::size_t size);
  bool skip_space();  // false: nothing comes behind it
  Value read(int levels);
  Value symbol(std::string_view name);

  // Each tells whether value_ has become an expression, to be evaluated next, or a result.
  bool evaluate();
  bool proceed();
  bool call(Value function, Values arguments);
  bool sequence(Value body);
  bool expression(Value next, Frame frame, Value data, std::size_t count = 0);
  bool expression(Value next) { return value_ = next, true; }
  bool result(Value value) { return value_ = value, false; }
  Value variable(Value name);

  Atoll::Heap& heap_;
  Write write_;
  std::string error_;
  std::string_view source_;  // what was not read yet
  Atoll::StackMemory stack_;
  std::size_t depth_ = 0;        // values on the stack
  Value symbols_;                // a list
  Value environment_;            // a list of pairs of name and value
  Value value_;                  // an expression or a result
  std::uint64_t allocated_ = 0;  // bytes, since the last collection
  std::uint64_t live_ = 0;       // bytes that the last collection found
  std::uint64_t collections_ = 0;
};

struct Builtin {
  const char* name;
  Value (*function)(Runtime& lisp, Values arguments);  // null: the evaluator's own
};
enum Form : std::uint32_t { kQuote, kIf, kDefine, kLambda, kBegin };  // the first builtins
std::span<const Builtin> builtins();

extern const std::string_view kProgram;  // is built in

}  // namespace Lisp
