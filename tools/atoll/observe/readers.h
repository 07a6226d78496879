// One reader for each format. Each throws BadFile for a file that is not what its first bytes say.
#pragma once

#include "tools/atoll/observe/image.h"

namespace Atoll::observe {

Image read_elf(const Source& source);
Image read_pe(const Source& source);
Image read_macho(const Source& source);
Image read_xcoff(const Source& source);
Image read_wasm(const Source& source);
Image read_plan9(const Source& source);

// The parts of a fat Mach-O file, in the order of the file.
std::vector<PartSource> fat_parts(const Source& source);

}  // namespace Atoll::observe
