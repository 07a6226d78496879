// Chained fixups: every pointer that must be filled in says how far it is to the next one.
#pragma once

#include <string>
#include <vector>

#include "hosts/base/bytes.h"
#include "hosts/darwin/image.h"
#include "os/base/address.h"

namespace Atoll::hosts::darwin {

struct Layout {
  Address base;                        // of the file's first byte in memory
  std::vector<Address> segment_bases;  // of all segments of the file, also of those without memory
};

// `fixups` is what LC_DYLD_CHAINED_FIXUPS points at; empty: there are none. Adds imports and
// fixups, the latter in the order of their places, to an image whose segments have been read. An
// empty text, or what is wrong.
std::string read_chained_fixups(Bytes fixups, const Layout& layout, Image* image);

}  // namespace Atoll::hosts::darwin
