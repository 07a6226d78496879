#!/bin/bash
# Programs of Debian under the preloaded library: each does the same as without, and the statistics of
# all its processes add up.
set -euo pipefail

library="$PWD/$1" checker="$PWD/$2"
# shellcheck source=tests/malloc/preload/preloaded.sh
source "$3"
here="$PWD/$(dirname "$4")"
# shellcheck source=tests/malloc/programs/same.sh
source "$4"

sqlite() { sqlite3 base.db <"$here/session.sql"; }
python_malloc() { PYTHONMALLOC=malloc /usr/bin/python3 "$here/session.py"; }

gcc_program() {
  g++ -std=c++17 -O1 "$here/unit.cc" -o unit
  ./unit
  objdump -d unit | cksum
}

clang_program() {
  clang-19 -std=c++17 -O1 -S "$here/unit.cc" -o unit.s
  cksum <unit.s
}

git_history() {
  export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_AUTHOR_DATE="2020-01-01T00:00:00Z"
  export GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
  export GIT_COMMITTER_DATE="2020-01-01T00:00:00Z"
  git init -q -b main .
  local i
  for i in 1 2 3 4 5 6; do
    seq "$i" 997 20000 >numbers
    seq $((i * 1000)) >"file$i"
    git add .
    git commit -q -m "change $i"
  done
  git branch side HEAD~3
  git checkout -q side
  echo side >side
  git add .
  git commit -q -m side
  git merge -q -m merged main
  git gc -q --aggressive --prune=now
  git fsck --full 2>&1
  git log --format='%H %s' --stat
  git diff HEAD~1 | cksum
}

cmake_project() {
  cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.16)
project(unit CXX)
set(CMAKE_CXX_STANDARD 17)
foreach(i RANGE 1 20)
  file(WRITE ${CMAKE_BINARY_DIR}/part${i}.cc "int part${i}() { return ${i}; }\n")
  list(APPEND parts ${CMAKE_BINARY_DIR}/part${i}.cc)
endforeach()
add_library(parts STATIC ${parts})
file(WRITE ${CMAKE_BINARY_DIR}/main.cc "int part7(); int main() { return part7() - 7; }\n")
add_executable(unit ${CMAKE_BINARY_DIR}/main.cc)
target_link_libraries(unit parts)
END
  cmake -S . -B build -DCMAKE_BUILD_TYPE=Release >log 2>&1 || cat log
  cmake --build build >>log 2>&1 || cat log
  build/unit
  echo "built: $(ls build/libparts.a)"
}

same sqlite3 sqlite
same lua lua5.4 "$here/session.lua"
same perl /usr/bin/perl "$here/session.pl"
same python /usr/bin/python3 "$here/session.py"
same python-malloc python_malloc
fewest=4 same gcc gcc_program
same clang clang_program
fewest=20 same git git_history
fewest=10 same cmake cmake_project

echo "--- redis"
serve() {
  redis-server --port "$port" --bind 127.0.0.1 --save "" --appendonly no --dir "$work" \
    >"$work/server.log" 2>&1 &
  server=$!
  local tries
  for tries in $(seq 100); do
    redis-cli -p "$port" ping 2>/dev/null | grep -q PONG && break
    sleep 0.1
  done
  ((tries < 100)) || fail "redis does not answer: $(cat "$work/server.log")"
  redis-benchmark -p "$port" -q -n 20000 -c 20 -P 8 -r 5000 -d 100 \
    -t set,get,incr,lpush,lpop,sadd,hset,zadd,lrange_100 >"$work/benchmark"
  redis-cli -p "$port" eval "local all = 0
    for i = 1, 3000 do redis.call('set', 'k' .. i, string.rep('v', i)) end
    for i = 1, 3000 do all = all + redis.call('strlen', 'k' .. i) end
    return all" 0 | grep -qx 4501500 || fail "redis: wrong lengths"
  redis-cli -p "$port" flushall | grep -q OK
  redis-cli -p "$port" shutdown nosave || true
  wait "$server"
}
export -f fail
port=$((20000 + $$ % 20000))
declare -fx serve
export port work
fewest=5 preloaded "" bash -c serve
grep -q "LRANGE" "$work/benchmark" || fail "redis-benchmark: $(cat "$work/benchmark")"
echo "passed"
