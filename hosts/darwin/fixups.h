// Reads chained fixups, in which every pointer that the loader must fill in has the distance to the
// next one.
#pragma once

#include <string>
#include <vector>

#include "hosts/base/bytes.h"
#include "hosts/darwin/image.h"
#include "os/base/address.h"

namespace Atoll::hosts::darwin {

struct Layout {
  Address base;                        // of the file's first byte in memory
  std::vector<Address> segment_bases;  // of all segments of the file, even those without memory
};

// Adds imports and fixups, the latter in the order of their places, to an image whose segments have
// been read. `fixups` is the data of LC_DYLD_CHAINED_FIXUPS; if it is empty, there are none.
// Returns an empty text, or an error.
std::string read_chained_fixups(Bytes fixups, const Layout& layout, Image* image);

}  // namespace Atoll::hosts::darwin
