#include "src/base/corruption.h"

namespace Atoll {

[[gnu::cold]] std::string_view what(CorruptionKind kind) {
  switch (kind) {
    case CorruptionKind::kFreeOfForeignPointer:
      return "free of a pointer that is not the heap's";
    case CorruptionKind::kFreeInsideObject:
      return "free of a pointer inside of an object";
    case CorruptionKind::kFreeOfStack:
      return "free of an object in a span of stacks";
    case CorruptionKind::kDoubleFree:
      return "double free";
    case CorruptionKind::kFreeOfTinyBlock:
      return "double free of a tiny object";
    case CorruptionKind::kBadStackFree:
      return "free of a stack that was not allocated so";
  }
  return {};
}

[[gnu::cold]] Line explain(const Corruption& corruption) {
  Line line;
  line << what(corruption.kind) << ": " << corruption.pointer;
  if (corruption.span.is_empty()) return line;
  line << " in span [" << corruption.span.base << ", " << corruption.span.end() << ")";
  if (corruption.object_size != 0) line << " of objects of " << corruption.object_size << " bytes";
  return line;
}

void die_of_corruption(os::Os& os, const Corruption& corruption) {
  Line line;
  line << "atoll: " << explain(corruption).view() << "\n";
  os.write(line.view());
  os.abort();
}

}  // namespace Atoll
