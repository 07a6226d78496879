// What changed between two releases.
//
// The JSON form:
//   {go, from, to,                          releases; "go" is "to"
//    added: [{goos, goarch, race}],         ports that only `to` has
//    removed: [{goos, goarch, race}],       ports that only `from` has
//    raceAdded: [{goos, goarch}],           the same for the race detector, for ports that both
//    raceRemoved: [{goos, goarch}],         releases have; absent with --race
//    changed: [{goos, goarch, race, key, from, to}],
//                                           keys of `atoll port`; null: the release has no such key
//    classes: {from, to,                    number of classes, class 0 among them
//              inserted: [{class, size, npages, objects}],
//              removed: [{class, size, npages, objects}],
//              divmagicChanged}}            whether any number of the division magic changed
#pragma once

#include <memory>

#include "tools/atoll/commands.h"

namespace Atoll::tool {

std::unique_ptr<Command> make_diff_command();

}  // namespace Atoll::tool
