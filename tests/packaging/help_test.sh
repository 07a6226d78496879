#!/bin/bash
# Completions and man pages of the archive: they say what the command's own --help says.
set -euo pipefail
here="${TEST_TMPDIR:-$(mktemp -d)}/installed"
mkdir -p "$here"
tar -xzf "$1" -C "$here"
share="$here/share"
export PATH="$here/bin:$PATH" MANPATH="$share/man" HOME="$here" XDG_DATA_HOME="$here/xdg"

fail() {
  echo "FAILED: $1" >&2
  exit 1
}

# --- bash ---
# shellcheck source=/dev/null
source "$share/bash-completion/completions/atoll"
bash_offers() {
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  _atoll
  printf '%s\n' "${COMPREPLY[@]}"
}

# --- fish ---
fish_offers() {
  fish --no-config -c "source $share/fish/vendor_completions.d/atoll.fish; complete -C '$*'" | cut -f 1
}

# --- zsh: the function is loaded and its descriptions are seen through ---
zsh -n "$share/zsh/site-functions/_atoll"
zsh_lists() {
  zsh -f -c '
    fpath=("$1" $fpath)
    autoload -Uz _atoll
    function _describe() { print -rl -- "${(@)${(P)4}%%:*}" }
    function _arguments() { print -rl -- "${(@)${@#?}%%\[*}" "${@%%\[*}" }
    words=(atoll "$2") CURRENT=${3}
    _atoll' zsh "$share/zsh/site-functions" "$1" "$2"
}

mapfile -t commands < <(atoll --help | sed -n '/^Subcommands:/,/^$/s/^  \([a-z]\+\) .*/\1/p')
[[ "${#commands[@]}" -ge 8 ]] || fail "atoll --help lists ${commands[*]}"
for command in "${commands[@]}"; do
  grep -qx -- "$command" < <(bash_offers atoll "") || fail "bash does not offer $command"
  grep -qx -- "$command" < <(fish_offers "atoll ") || fail "fish does not offer $command"
  grep -qx -- "$command" < <(zsh_lists "" 2) || fail "zsh does not offer $command"
  mapfile -t flags < <(atoll "$command" --help | grep -o '^  \(-[a-z],\)\?--[a-z0-9-]*' | grep -o -- '--.*')
  [[ "${#flags[@]}" -ge 7 ]] || fail "atoll $command --help lists ${flags[*]}"
  bash_flags="$(bash_offers atoll "$command" --)"
  fish_flags="$(fish_offers "atoll $command --")"
  zsh_flags="$(zsh_lists "$command" 3)"
  for flag in "${flags[@]}"; do
    grep -qx -- "$flag" <<<"$bash_flags" || fail "bash does not offer $command $flag"
    grep -qx -- "$flag" <<<"$fish_flags" || fail "fish does not offer $command $flag"
    grep -q -- "^\**$flag$" <<<"$zsh_flags" || fail "zsh does not offer $command $flag"
  done
done
[[ "$(bash_offers atoll ports --format m)" == markdown ]] || fail "bash does not offer --format markdown"
[[ "$(bash_offers atoll ports --go 1.27 --goos pl)" == plan9 ]] || fail "bash does not offer --goos plan9"
[[ "$(fish_offers "atoll hints --goarch risc")" == riscv64 ]] || fail "fish does not offer riscv64"
grep -q "1.11 1.12 .*1.27" "$share/zsh/site-functions/_atoll" || fail "zsh does not offer releases"

# --- The man pages ---
for page in man1/atoll.1 man3/libatoll.3; do
  gunzip <"$share/man/$page.gz" >"$here/page"
  warnings="$(groff -ww -z -man -Tutf8 "$here/page" 2>&1)"
  [[ -z "$warnings" ]] || fail "$page: $warnings"
  groff -man -Tascii -P-c -P-b -P-u "$here/page" >"$here/${page##*/}"
done
for command in "${commands[@]}"; do
  grep -q "atoll $command" "$here/atoll.1" || fail "atoll.1 lacks $command"
  while read -r flag; do
    grep -q -- "$flag" "$here/atoll.1" || fail "atoll.1 lacks $command $flag"
  done < <(atoll "$command" --help | grep -o -- '--[a-z0-9-]*' | sort -u)
done
while read -r key; do
  grep -q "^ *$key=" "$here/libatoll.3" || fail "libatoll.3 lacks $key"
done < <(ATOLL_OPTIONS=help LD_PRELOAD="$here/lib/libatoll.so" /bin/true 2>&1 | sed -n 's/^  \([a-z_]*\)=.*/\1/p')
while read -r function; do
  grep -q "$function(" "$here/libatoll.3" || fail "libatoll.3 lacks $function()"
done < <(nm -D --defined-only "$here/lib/libatoll.so" | sed -n 's/.* \(atoll_[a-z_]*\)$/\1/p')
echo "atoll: done"
