#include "hosts/plan9/kernel.h"

#include <time.h>
#include <unistd.h>

#include <cinttypes>
#include <cstring>

#include "hosts/base/refuse.h"

namespace Atoll::hosts::plan9 {
namespace {

using trap::Registers;
using trap::Word;

enum Call : Word {
  kClose = 4,
  kExits = 8,
  kOpen = 14,
  kSleep = 17,
  kPipe = 21,
  kBrk = 24,
  kNotify = 28,
  kNoted = 29,
  kPread = 50,
  kPwrite = 51,
  kNsec = 53,
};

#if defined(__x86_64__)
constexpr std::size_t kNumber = trap::kBp;
constexpr std::size_t kResult = trap::kAx;
constexpr std::size_t kFirstParameter = trap::kBp;  // of a C function
constexpr std::uint64_t kSavedRegisters = std::uint64_t{26} * 8;
#elif defined(__i386__)
constexpr std::size_t kNumber = trap::kAx;
constexpr std::size_t kResult = trap::kAx;
constexpr std::size_t kFirstParameter = trap::kCx;  // none is passed so
constexpr std::uint64_t kSavedRegisters = std::uint64_t{19} * 4;
#else
constexpr std::size_t kNumber = trap::kR0;
constexpr std::size_t kResult = trap::kR0;
constexpr std::size_t kFirstParameter = trap::kR0;
constexpr std::uint64_t kSavedRegisters = std::uint64_t{18} * 4;
#endif

constexpr Word kFailed = ~Word{0};
constexpr std::uint64_t kLongestText = 128;  // of a note or a status

constexpr const char* kBadAddress = "sys: bad address in syscall";

}  // namespace

// In the order in which C declares them.
class Kernel::Arguments {
 public:
  explicit Arguments(Word first) : next_(first) {}

  Word word() {
    Word value = 0;
    std::memcpy(&value, Address(next_).pointer(), sizeof value);
    next_ += sizeof value;
    return value;
  }
  Address address() { return Address(word()); }
  // An int or a long.
  std::int32_t number() { return static_cast<std::int32_t>(word()); }
  std::int64_t wide_number() {
    std::int64_t value = 0;
    std::memcpy(&value, Address(next_).pointer(), sizeof value);
    next_ += sizeof value;
    return value;
  }

 private:
  Word next_;
};

void Kernel::serve(Registers& registers) {
  constexpr std::uint64_t kMostArguments = 6 * sizeof(Word);
  const Word first = registers.general[trap::kStackPointer] + sizeof(Word);
  std::optional<Word> result = kFailed;
  posted_ = nullptr;
  if (check(Address(first), kMostArguments, false)) {
    Arguments arguments(first);
    result = call(registers, arguments);
  }
  if (result) registers.general[kResult] = *result;
  if (posted_ != nullptr) deliver(posted_, registers);
}

std::optional<Word> Kernel::call(Registers& registers, Arguments& arguments) {
  const auto word = [](std::int32_t answer) { return static_cast<Word>(answer); };
  switch (registers.general[kNumber]) {
    case kClose:
      return word(files_.close(arguments.number()));
    case kExits:
      exits(arguments);
    case kOpen:
      return open(arguments);
    case kSleep:
      if (const std::int32_t milliseconds = arguments.number(); milliseconds > 0) {
        ::usleep(static_cast<useconds_t>(milliseconds) * 1000);
      }
      return 0;
    case kPipe:
      return pipe(arguments);
    case kBrk:
      return set_break(arguments.address());
    case kNotify: {
      const Word handler = arguments.word();
      if (handler != 0 && !check(Address(handler), 1, false)) return kFailed;
      note_handler_ = handler;
      return 0;
    }
    case kNoted:
      if (!interrupted_) return kFailed;
      note_done(arguments.word(), registers);
      return std::nullopt;
    case kPread:
      return transfer(arguments, true);
    case kPwrite:
      return transfer(arguments, false);
    case kNsec:
      return nanoseconds(arguments);
    default:
      refuse("Plan 9's call %" PRIuPTR " is not served", registers.general[kNumber]);
  }
}

bool Kernel::check(Address address, std::uint64_t size, bool for_writing) {
  if (segments_.is_valid(address, size, for_writing)) return true;
  posted_ = kBadAddress;
  return false;
}

// Page by page, as the kernel goes through it.
std::optional<std::string_view> Kernel::text_at(Address address, std::uint64_t most) {
  const auto* const text = static_cast<const char*>(address.pointer());
  for (std::uint64_t i = 0; i < most; ++i) {
    if ((i == 0 || (address + i).is_aligned(kPageSize)) && !check(address + i, 1, false)) {
      return std::nullopt;
    }
    if (text[i] == '\0') return std::string_view(text, static_cast<std::size_t>(i));
  }
  return std::string_view(text, static_cast<std::size_t>(most));
}

Word Kernel::set_break(Address end) {
  if (end.is_null()) return static_cast<Word>(segments_.break_base().value());
  return segments_.set_break(end) ? 0 : kFailed;
}

Word Kernel::open(Arguments& arguments) {
  constexpr std::uint64_t kLongestName = 1 << 16;
  const auto name = text_at(arguments.address(), kLongestName);
  if (!name) return kFailed;
  return static_cast<Word>(files_.open(*name, static_cast<std::uint32_t>(arguments.number())));
}

Word Kernel::pipe(Arguments& arguments) {
  const Address to = arguments.address();
  std::int32_t ends[2];
  if (!check(to, sizeof ends, true)) return kFailed;
  if (files_.pipe(ends) < 0) return kFailed;
  std::memcpy(to.pointer(), ends, sizeof ends);
  return 0;
}

Word Kernel::transfer(Arguments& arguments, bool is_read) {
  const std::int32_t file = arguments.number();
  const Address memory = arguments.address();
  const std::int32_t size = arguments.number();
  const std::int64_t offset = arguments.wide_number();
  if (size < 0) return kFailed;
  if (!check(memory, static_cast<std::uint64_t>(size), is_read)) return kFailed;
  return static_cast<Word>(is_read ? files_.read(file, memory.pointer(), size, offset)
                                   : files_.write(file, memory.pointer(), size));
}

Word Kernel::nanoseconds(Arguments& arguments) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const std::int64_t result = std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
  if constexpr (sizeof(Word) == sizeof result) {
    return static_cast<Word>(result);
  } else {
    const Address to = arguments.address();
    if (!check(to, sizeof result, true)) return kFailed;
    std::memcpy(to.pointer(), &result, sizeof result);
    return 0;
  }
}

// Linux has a number where Plan 9 has a text: that of the text, or 1.
void Kernel::exits(Arguments& arguments) {
  const Address status = arguments.address();
  if (status.is_null()) ::_exit(0);
  const auto text = text_at(status, kLongestText);
  if (!text) ::_exit(1);
  int code = 0;
  for (const char c : *text) {
    if (c < '0' || c > '9' || code > 25) ::_exit(1);
    code = code * 10 + (c - '0');
  }
  ::_exit(code <= 255 && (code != 0 || text->empty()) ? code : 1);
}

// The handler finds, from the stack pointer up: a return address of 0, the saved registers'
// address, the note's, the note, the address of what was saved before, the saved registers.
void Kernel::deliver(const char* note, Registers& registers) {
  const auto pc = static_cast<std::uintptr_t>(registers.program_counter);
  if (note_handler_ == 0 || interrupted_) {
    refuse("suicide: %s pc=%#" PRIxPTR, note, pc);
  }
  constexpr std::uint64_t kLeftAlone = 256;
  const Word stack = registers.general[trap::kStackPointer];
  const Address saved =
      Address(stack - kLeftAlone - kSavedRegisters).aligned_down(2 * sizeof(Word));
  const Address text = saved - sizeof(Word) - kLongestText;
  const Address frame = text - 3 * sizeof(Word);
  if (!segments_.is_valid(frame, stack - frame.value(), true)) {
    refuse("suicide: bad address or sp in notify pc=%#" PRIxPTR, pc);
  }
  std::memset(frame.pointer(), 0, static_cast<std::size_t>(saved - frame + kSavedRegisters));
  std::strncpy(static_cast<char*>(text.pointer()), note, kLongestText - 1);
  const Word pointers[] = {0, static_cast<Word>(saved.value()), static_cast<Word>(text.value())};
  std::memcpy(frame.pointer(), pointers, sizeof pointers);

  interrupted_ = registers;
  note_ = note;
  registers.general[kFirstParameter] = static_cast<Word>(saved.value());
  registers.general[trap::kStackPointer] = static_cast<Word>(frame.value());
  registers.program_counter = note_handler_;
}

void Kernel::note_done(Word how, Registers& registers) {
  constexpr Word kContinue = 0;
  constexpr Word kDie = 1;
  if (how == kDie) {
    refuse("suicide: %s pc=%#" PRIxPTR, note_,
           static_cast<std::uintptr_t>(interrupted_->program_counter));
  }
  if (how != kContinue) refuse("Plan 9's noted(%" PRIuPTR ") is not served", how);
  registers = *interrupted_;
  interrupted_.reset();
}

}  // namespace Atoll::hosts::plan9
