#!/bin/bash
# A database from its first file on, whose answers do not hang on time: run in an empty folder, not as root.
set -euo pipefail

folder="$PWD"
PATH="$(echo /usr/lib/postgresql/*/bin):$PATH"
export PATH PGHOST="$folder" PGDATABASE=postgres PGUSER=owner LC_ALL=C.UTF-8

initdb -D data -U owner -A trust -N --no-instructions >initdb.log 2>&1 || cat initdb.log
# No vacuuming by the clock: a worker that a stop finds at work is ended, which the log calls FATAL.
pg_ctl -D data -w -l server.log start \
  -o "-c listen_addresses='' -c unix_socket_directories='$folder' -c fsync=off -c autovacuum=off" >start.log ||
  cat start.log server.log
trap 'pg_ctl -D data -w -m immediate stop >/dev/null' EXIT

# Leaves out times, which differ.
bench() { pgbench -n -j 2 "$@" | sed -E '/latency|tps|connection time/d'; }
pgbench -i -s 2 -q >pgbench.log 2>&1 || cat pgbench.log
bench -c 4 -t 500
bench -c 4 -t 2000 -S -M prepared
bench -c 4 -t 50 -S -C
ask() { psql -XAt -v ON_ERROR_STOP=1 "$@"; }
ask -c "SELECT count(*), sum(abalance) = (SELECT sum(delta) FROM pgbench_history) FROM pgbench_accounts"
ask <<'END'
SET work_mem = '64kB';
SELECT count(*), md5(string_agg(x, ',' ORDER BY x)) FROM (SELECT md5(i::text) x FROM generate_series(1, 100000) i) t;
SET work_mem = '256MB';
SELECT count(*), sum(a::bigint * b % 7) FROM generate_series(1, 300000) a JOIN generate_series(1, 300000, 3) b ON a = b;
CREATE TABLE words AS SELECT i AS id, repeat(md5(i::text), i % 200) AS word FROM generate_series(1, 5000) i;
CREATE INDEX words_word ON words (md5(word));
SELECT sum(length(word)), count(DISTINCT md5(word)) FROM words;
SELECT count(*) FROM words WHERE word ~ '(ab|cd)+[0-9]{3}e';
SELECT md5(jsonb_agg(to_jsonb(w) ORDER BY id)::text) FROM (SELECT * FROM words WHERE id < 500) w;
WITH RECURSIVE f(a, b) AS (SELECT 0::numeric, 1::numeric UNION ALL SELECT b, a + b FROM f WHERE a < 1e300)
  SELECT length(string_agg(a::text, '')) FROM f;
VACUUM FULL words;
END
# It says a random word first and last, so that a dump cannot be ended early.
pg_dump -t words | grep -v -e '^--' -e '^\\\(un\)\?restrict' | cksum
# A client does not wait until its server's process has ended. A smart stop does; a fast one would end that process,
# which the log calls FATAL.
pg_ctl -D data -w -m smart stop >/dev/null
trap - EXIT
# Nor has the preloaded library anything to say.
! grep -a -E 'PANIC|FATAL|terminated by|^atoll: ' server.log
