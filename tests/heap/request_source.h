// Makes requests from a seed, or from a fuzzer's bytes.
#pragma once

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>

#include "tests/heap/request.h"

namespace Atoll::test {

// In emulators, which take ten to fifty times as long, tests make fewer requests. (The BUILD file
// knows which processor the build is for.)
inline constexpr bool kIsEmulated = ATOLL_IS_EMULATED;

// Of the random requests of a test. Another one: --test_env=ATOLL_SEED=1.
inline std::uint64_t request_seed() {
  const char* const text = std::getenv("ATOLL_SEED");
  return text != nullptr ? std::strtoull(text, nullptr, 0) : 20'260'101;
}

// How many random requests a test makes, `usual` ones if nobody says. For a long run:
// --test_env=ATOLL_REQUESTS=100000000, and a filter, because each test of a kind makes so many.
inline std::uint64_t request_count(std::uint64_t usual) {
  const char* const text = std::getenv("ATOLL_REQUESTS");
  return text != nullptr ? std::strtoull(text, nullptr, 0) : usual;
}

// Returns the same numbers for the same seed, on every machine.
class Random {
 public:
  constexpr explicit Random(std::uint64_t seed) : state_(seed) {}

  constexpr std::uint64_t next() { return mix(state_ += 0x9e3779b97f4a7c15); }
  // 0 to `limit` - 1; `limit` is not 0.
  constexpr std::uint64_t below(std::uint64_t limit) { return next() % limit; }
  constexpr bool one_in(std::uint64_t n) { return below(n) == 0; }
  // 0 to 2^bits - 1, with every length in bits equally often.
  constexpr std::uint64_t log_uniform(unsigned bits) {
    const unsigned length = static_cast<unsigned>(below(bits + 1));
    if (length == 0) return 0;
    const std::uint64_t top = std::uint64_t{1} << (length - 1);
    return top | (next() & (top - 1));
  }

 private:
  std::uint64_t state_;
};

// The behaviour of a program.
struct Mix {
  std::uint32_t slots = 1024;
  std::uint32_t stack_slots = 24;

  // How many of a hundred objects are tiny, and how many are larger than any size class. The others
  // have up to 2 KiB, and a few of them up to 32 KiB.
  std::uint32_t tiny_percent = 20;
  std::uint32_t large_percent = 1;
  unsigned large_bits = 21;  // large objects have fewer bytes than 2 to this
  std::uint32_t scan_percent = 40;
  unsigned stack_bits = 17;  // stacks have up to 2 to this

  // One request in this many; 0: none.
  std::uint32_t stack_one_in = 24;
  std::uint32_t find_one_in = 16;
  std::uint32_t finalizer_one_in = 64;
  std::uint32_t cycle_one_in = 250;  // a step of a mark cycle
  std::uint32_t scavenge_one_in = 2000;
  std::uint32_t flush_one_in = 1000;
};

// An endless sequence of requests. The program that it imitates has phases: for some time it builds
// things up, then it tears them down, often in the order in which it made them or backwards.
class RequestSource {
 public:
  explicit RequestSource(std::uint64_t seed, const Mix& mix = {}) : random_(seed), mix_(mix) {}

  Request next() {
    if (left_in_mood_ == 0) change_mood();
    --left_in_mood_;
    if (happens(mix_.cycle_one_in)) return step_of_cycle();
    if (happens(mix_.stack_one_in)) return stack_request();
    if (happens(mix_.find_one_in)) {
      return {RequestKind::kFind, false, 0, any_slot(), random_.next()};
    }
    if (happens(mix_.finalizer_one_in)) {
      return {RequestKind::kSetFinalizer, false, 0, any_slot(), 0};
    }
    if (happens(mix_.scavenge_one_in)) {
      return {RequestKind::kScavenge, false, 0, scavenges_++, 0};
    }
    if (happens(mix_.flush_one_in)) return {RequestKind::kFlush, false, 0, 0, 0};
    return object_request();
  }

 private:
  enum class Mood : std::uint8_t { kMixed, kBuild, kRebuild, kTearDown, kTearDownBackwards };

  bool happens(std::uint32_t one_in) { return one_in != 0 && random_.one_in(one_in); }
  std::uint32_t any_slot() { return static_cast<std::uint32_t>(random_.below(mix_.slots)); }

  void change_mood() {
    mood_ = static_cast<Mood>(random_.below(5));
    left_in_mood_ = static_cast<std::uint32_t>(random_.below(mix_.slots)) + 1;
    cursor_ = any_slot();
  }

  Request object_request() {
    switch (mood_) {
      case Mood::kMixed:
        if (random_.one_in(2)) return {RequestKind::kFree, false, 0, any_slot(), 0};
        return allocation(any_slot());
      case Mood::kBuild:
        return allocation(any_slot());
      case Mood::kRebuild:
        return allocation(cursor_++);
      case Mood::kTearDown:
        return {RequestKind::kFree, false, 0, cursor_++, 0};
      case Mood::kTearDownBackwards:
        return {RequestKind::kFree, false, 0, mix_.slots + cursor_--, 0};
    }
    return {};
  }

  Request allocation(std::uint32_t slot) {
    Request request{RequestKind::kAllocate, random_.below(100) < mix_.scan_percent, 0, slot, 0};
    const std::uint64_t percent = random_.below(100);
    if (percent < mix_.tiny_percent) {
      request.size = random_.below(16);
      request.scan = request.scan && random_.one_in(4);
    } else if (percent < mix_.tiny_percent + mix_.large_percent) {
      request.size = 32768 + random_.log_uniform(mix_.large_bits);
    } else {
      request.size = random_.log_uniform(random_.one_in(16) ? 15 : 11);
    }
    switch (random_.below(8)) {
      case 0:
      case 1:
        request.kind = RequestKind::kAllocateZeroed;
        break;
      case 2:
        request.kind = RequestKind::kAllocateAligned;
        request.alignment_log2 =
            static_cast<std::uint8_t>(random_.below(random_.one_in(8) ? 17 : 9));
        break;
      case 3:
        request.kind = RequestKind::kReallocate;
        break;
      default:
        break;
    }
    return request;
  }

  Request stack_request() {
    const auto slot = static_cast<std::uint32_t>(random_.below(mix_.stack_slots));
    if (random_.one_in(2)) return {RequestKind::kStackFree, false, 0, slot, 0};
    return {RequestKind::kStackAllocate, false, 0, slot, random_.log_uniform(mix_.stack_bits)};
  }

  // The steps follow each other, with other requests in between.
  Request step_of_cycle() {
    static constexpr std::array<RequestKind, 8> kSteps = {
        RequestKind::kBeginMark, RequestKind::kMarkRoots, RequestKind::kEndMark,
        RequestKind::kSweep,     RequestKind::kSweep,     RequestKind::kRunFinalizers,
        RequestKind::kSweep,     RequestKind::kSweepAll};
    const RequestKind kind = kSteps[step_++ % kSteps.size()];
    const std::uint64_t size = kind == RequestKind::kSweep ? random_.below(64) : random_.next();
    return {kind, false, 0, 0, size};
  }

  Random random_;
  Mix mix_;
  Mood mood_ = Mood::kBuild;
  std::uint32_t left_in_mood_ = 0;
  std::uint32_t cursor_ = 0;
  std::uint32_t step_ = 0;
  std::uint32_t scavenges_ = 0;
};

// Every four bytes are a request, so that a small change by a fuzzer is a small change here: kind
// and scan, slot, length of the size in bits (and the alignment), leading bits of the size. Returns
// nothing when fewer than four bytes are left; `bytes` becomes the rest.
inline std::optional<Request> decode(std::span<const std::uint8_t>& bytes) {
  if (bytes.size() < 4) return std::nullopt;
  Request request;
  request.kind = static_cast<RequestKind>((bytes[0] & 0x7f) % kRequestKinds);
  request.scan = (bytes[0] & 0x80) != 0;
  request.slot = bytes[1];
  request.alignment_log2 = static_cast<std::uint8_t>(bytes[2] >> 5) * 2;
  // One leading bit, the eight of bytes[3], and zeroes: 0 to 2^24 - 1.
  const unsigned length = (bytes[2] & 0x1f) % 24;
  request.size =
      length < 8 ? bytes[3] >> (8 - length) : (std::uint64_t{0x100} | bytes[3]) << (length - 8);
  bytes = bytes.subspan(4);
  return request;
}

}  // namespace Atoll::test
