#!/bin/bash
# Runs the project's own tests, unchanged, over the stand-ins of freestanding/ and system calls of
# this machine; or with "compile TARGET FLAGS..." compiles the same files for another target.
# Run at the project's top.
set -uo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir "$work/programs"

os=(os/os.cc os/sim/*.cc os/decorators/*.cc)
base=("${os[@]}" src/base/*.cc src/port/*.cc)
pages=("${base[@]}" src/pages/*.cc)
heap=("${pages[@]}" src/stacks/*.cc src/objects/*.cc src/heap/*.cc)
model=(tests/heap/{counts,model,model_cycle,model_find}.cc)

# Left out: what has threads (*threads*_test.cc), a second process, or a library of its host
# (tests/sim_memory, and who uses it).
declare -A programs=(
  [port]="$(echo tests/port/{hints,ports,size_classes,spec}_test.cc src/port/*.cc)"
  [base]="$(echo tests/base/{address,fixed_alloc,linear_alloc,list,mutex,persistent_alloc}_test.cc)
    ${base[*]}"
  [conformance]="$(echo tests/os/conformance*.cc tests/os/{arm64,native,sim}_worlds.cc)
    tests/os/decorated.cc $(echo os/arm64/{frames,page_tables,virtual_space}.cc) ${os[*]}"
  [sim]="$(echo tests/os/{address_space,sim}_test.cc) ${os[*]}"
  [decorators]="tests/os/decorators_test.cc ${os[*]}"
  [brk]="tests/os/brk/brk_space_test.cc $(echo os/brk/*.cc) ${os[*]}"
  [pages]="$(echo tests/pages/{every_port,hint_walk,native,physical_page}_test.cc)
    $(echo tests/pages/{reserve_aligned,start32}_test.cc) ${pages[*]}"
  [page_heap]="$(echo tests/pages/{arena_map,free_spans,page_heap,treap}_test.cc) ${pages[*]}"
  [stacks]="tests/stacks/stack_heap_test.cc $(echo src/stacks/*.cc) ${pages[*]}"
  [objects]="$(echo tests/objects/*_test.cc src/objects/*.cc) ${pages[*]}"
  [heap]="$(echo tests/heap/{corruption,cycle,heap,object,reuse}_test.cc) ${model[*]} ${heap[*]}"
  [init_checks]="tests/heap/init_checks_test.cc ${heap[*]}"
  [failure]="tests/heap/failure_test.cc ${model[*]} ${heap[*]}"
  [fidelity]="$(echo tests/fidelity/{addresses_test,call_rules,calls_test}.cc)
    $(echo tests/fidelity/{many_heaps_test,oracle}.cc) ${heap[*]}"
  [runtime]="tests/examples/runtime_test.cc ${heap[*]}
    $(echo examples/runtime/{builtins,evaluate,memory,read}.cc)"
  [model]="tests/heap/model_test.cc ${model[*]} ${heap[*]}"
)

failures=0

if [[ "${1:-}" == compile ]]; then
  sources="$(printf '%s ' "${programs[@]}" freestanding/gtest/*.cc freestanding/cxx/*.cc)"
  for source in $(tr -s '[:space:]' '\n' <<<"$sources" | sort -u); do
    "${CXX:-clang++-19}" "--target=$2" @freestanding/flags.txt "${@:3}" -Wall -Wextra -Wconversion \
      -Wshadow -Werror -c "$source" -o "$work/object" || failures=$((failures + 1))
  done
  exit $((failures != 0))
fi

export ATOLL_OBJECTS="$work/objects"
for program in "${!programs[@]}"; do
  # The lists are made of words.
  # shellcheck disable=SC2086
  freestanding/build.sh linux_amd64 "$work/programs/$program" ${programs[$program]} || exit 1
  if "$work/programs/$program" >"$work/log" 2>&1 && grep -q '^\[  PASSED  \]' "$work/log"; then
    echo "$program: $(grep 'ran\.' "$work/log")"
  else
    echo "FAILED: $program"
    cat "$work/log"
    failures=$((failures + 1))
  fi
done
exit $((failures != 0))
