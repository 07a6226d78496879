#!/bin/bash
# The example of a server gives the same answers with and without the preloaded library.
set -euo pipefail
server="$1" library="$PWD/$2"

fail() {
  echo "FAILED: $1" >&2
  exit 1
}

plain="$("$server" 4 3000)" || fail "$plain"
[[ "$plain" == $'clients 4\nrequests 12000\nnames '*$'\nwrong answers 0' ]] || fail "it said: $plain"

preloaded="$(LD_PRELOAD="$library" "$server" 4 3000 2>&1)" || fail "$preloaded"
[[ "$preloaded" == "$plain" ]] || fail "with the library it said: $preloaded"

# That it is the library's malloc() indeed: of one that is not there the loader tells.
[[ "$(LD_PRELOAD="$library" LD_DEBUG=bindings "$server" 1 1 2>&1)" == \
  *"$(basename "$library")"*": normal symbol \`malloc'"* ]] || fail "malloc is not the library's"
echo "atoll: done"
