"""Starts a redis-server with a library preloaded, loads it with redis-benchmark, and ends it.

    redis.py LIBRARY

Prints what a workload prints: the benchmark's seconds, and the server's peak of resident memory.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from typing import List

# Debian's server is linked with jemalloc; with this in front, the C library's malloc is found first.
_C_LIBRARY = "/lib/x86_64-linux-gnu/libc.so.6"

_REQUESTS = [
    ["-t", "set,get,lpush,lrange_100", "-n", "10000", "-r", "20000", "-d", "200"],
    ["-t", "set", "-n", "10000", "-r", "20000", "-d", "2000"],
]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(port: int, server: subprocess.Popen) -> None:
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.01)
    sys.exit(f"redis.py: the server did not start (exit {server.poll()})")


def _peak_bytes(process: int) -> int:
    with open(f"/proc/{process}/status", encoding="ascii") as status:
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read())
    return int(found.group(1)) * 1024 if found else 0


def _ask(port: int, requests: List[str]) -> None:
    command = ["/usr/bin/redis-benchmark", "-p", str(port), "-q", "-P", "16", "-c", "8"]
    subprocess.run(command + requests, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="atoll-redis-") as folder:
        server = subprocess.Popen(
            ["/usr/bin/redis-server", "--bind", "127.0.0.1", "--port", str(port)]
            + ["--dir", folder, "--save", "", "--appendonly", "no", "--loglevel", "warning"],
            env={**os.environ, "LD_PRELOAD": sys.argv[1] or _C_LIBRARY},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        try:
            _wait_for(port, server)
            started = time.monotonic()
            for requests in _REQUESTS:
                _ask(port, requests)
            print("seconds", time.monotonic() - started)
            print("peak_bytes", _peak_bytes(server.pid))
        finally:
            server.terminate()
            server.wait()
    # What a server says when it is asked to end is no failure; a crash is.
    if server.returncode not in (0, -15):
        sys.exit(f"redis.py: the server ended with {server.returncode}")


main()
