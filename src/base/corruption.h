// How the heap reports corruption that it has proven: which pointer, which span, what was wrong.
#pragma once

#include <cstdint>
#include <string_view>

#include "os/base/address.h"
#include "os/base/text.h"
#include "os/os.h"

namespace Atoll {

enum class CorruptionKind : std::uint8_t {
  kFreeOfForeignPointer,  // the heap has no object there
  kFreeInsideObject,      // the pointer is not an object's beginning
  kFreeOfStack,           // the page holds stacks
  kDoubleFree,            // the object is free already
  kFreeOfTinyBlock,       // no tiny object of that block is left
  kBadStackFree,          // not a stack of that size
};

struct Corruption {
  CorruptionKind kind = CorruptionKind::kFreeOfForeignPointer;
  Address pointer;
  Range span;                     // empty: none holds the pointer
  std::uint64_t object_size = 0;  // of the span's objects, or 0
};

// "double free", for example.
std::string_view what(CorruptionKind kind);

// "double free: 0xc000000040 in span [0xc000000000, 0xc000002000) of objects of 64 bytes".
Line explain(const Corruption& corruption);

// Normally does not return. If it does, the bad call has no effect.
using CorruptionHandler = void (*)(void* context, const Corruption& corruption);

// Writes "atoll: " and the explanation to the console, and aborts.
void die_of_corruption(os::Os& os, const Corruption& corruption);

}  // namespace Atoll
