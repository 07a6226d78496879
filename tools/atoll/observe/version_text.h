// The release of a program without build information: a text among others.
#pragma once

#include <string>

#include "tools/atoll/observe/marks.h"

namespace Atoll::observe {

// Empty if there is no such text, or if several disagree.
std::string version_from_text(const Source& source, const Image& image, const Marks& marks);

}  // namespace Atoll::observe
