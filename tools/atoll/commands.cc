#include "tools/atoll/commands.h"

#include "tools/atoll/classes.h"
#include "tools/atoll/diff.h"
#include "tools/atoll/explain.h"
#include "tools/atoll/hints.h"
#include "tools/atoll/observe.h"
#include "tools/atoll/ports.h"
#include "tools/atoll/size.h"
#include "tools/atoll/verify.h"

namespace Atoll::tool {

std::vector<std::unique_ptr<Command>> make_commands() {
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(make_ports_command());
  commands.push_back(make_port_command());
  commands.push_back(make_hints_command());
  commands.push_back(make_explain_command());
  commands.push_back(make_classes_command());
  commands.push_back(make_diff_command());
  commands.push_back(make_verify_command());
  commands.push_back(make_observe_command());
  commands.push_back(make_size_command());
  return commands;
}

}  // namespace Atoll::tool
