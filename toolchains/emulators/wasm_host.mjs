// Runs a WebAssembly program under node: wasm_host.mjs wasi|js PROGRAM [ARGS...]
//   wasi  node's own implementation of WASI preview 1 (the port wasip1/wasm)
//   js    a host of plain JavaScript that serves the few calls a program of the tests makes, as a
//         page in a browser would (the port js/wasm); it sees every growth of the memory. Programs
//         without a C library, which may have addresses of 64 bits, import freestanding/wasm/host.h
import { readFile } from 'node:fs/promises';
import {
  openSync, readSync, writeSync, closeSync, ftruncateSync, mkdirSync, statSync,
} from 'node:fs';
import { randomFillSync } from 'node:crypto';

const [kind, program, ...args] = process.argv.slice(2);
const module = await WebAssembly.compile(await readFile(program));

async function runWasi() {
  const { WASI } = await import('node:wasi');
  const wasi = new WASI({
    version: 'preview1',
    args: [program, ...args],
    env: process.env,
    // '.' first: with '/' first, node finds no absolute paths.
    preopens: { '.': process.cwd(), '/': '/' },
    returnOnExit: true,
  });
  const instance = await WebAssembly.instantiate(module, {
    wasi_snapshot_preview1: wasi.wasiImport,
  });
  return wasi.start(instance);
}

class Exit extends Error {
  constructor(code) {
    super(`exit ${code}`);
    this.code = code;
  }
}

function writeAll(file, chunk) {
  for (let done = 0; done < chunk.length;) {
    try {
      done += writeSync(file, chunk, done);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error; // a full pipe: again
    }
  }
}

// Error numbers of WASI preview 1.
const SUCCESS = 0, EBADF = 8, EEXIST = 20, EINVAL = 28, ENOENT = 44, ENOSYS = 52, ESPIPE = 70;
// Kinds of files.
const CHARACTER_DEVICE = 2, DIRECTORY = 3, REGULAR_FILE = 4;

async function runJs() {
  let memory;
  let view; // over the whole memory; growing detaches it
  const refresh = () => {
    view = new DataView(memory.buffer);
  };
  const bytes = (at, size) => new Uint8Array(memory.buffer, at, size);
  const text = (at, size) => new TextDecoder().decode(bytes(at, size));
  const strings = (list) => list.map((s) => new TextEncoder().encode(`${s}\0`));
  const argv = strings([program, ...args]);
  const environ = strings(Object.entries(process.env).map(([k, v]) => `${k}=${v}`));
  const sizes = (list) => (count, size) => {
    view.setUint32(count, list.length, true);
    view.setUint32(size, list.reduce((sum, s) => sum + s.length, 0), true);
    return SUCCESS;
  };
  const fill = (list) => (pointers, at) => {
    for (const s of list) {
      view.setUint32(pointers, at, true);
      bytes(at, s.length).set(s);
      pointers += 4;
      at += s.length;
    }
    return SUCCESS;
  };
  const vectors = function* (at, count) {
    for (let i = 0; i < count; i++) {
      yield bytes(view.getUint32(at + 8 * i, true), view.getUint32(at + 8 * i + 4, true));
    }
  };

  // Descriptors: 0 to 2 are the console, 3 is the root folder, files follow.
  const ROOT = 3;
  const files = new Map([[0, 0], [1, 1], [2, 2]]);
  let nextFile = ROOT + 1;

  const served = {
    args_sizes_get: sizes(argv),
    args_get: fill(argv),
    environ_sizes_get: sizes(environ),
    environ_get: fill(environ),
    proc_exit(code) {
      throw new Exit(code);
    },
    random_get(at, size) {
      randomFillSync(bytes(at, size));
      return SUCCESS;
    },
    clock_res_get(_id, at) {
      view.setBigUint64(at, 1n, true);
      return SUCCESS;
    },
    clock_time_get(id, _precision, at) {
      const realtime = BigInt(Date.now()) * 1000000n;
      view.setBigUint64(at, id === 0 ? realtime : process.hrtime.bigint(), true);
      return SUCCESS;
    },
    sched_yield: () => SUCCESS,
    fd_write(fd, list, count, written) {
      if (!files.has(fd)) return EBADF;
      let total = 0;
      for (const chunk of vectors(list, count)) {
        writeAll(files.get(fd), chunk);
        total += chunk.length;
      }
      view.setUint32(written, total, true);
      return SUCCESS;
    },
    fd_read(fd, list, count, read) {
      if (!files.has(fd)) return EBADF;
      let total = 0;
      for (const chunk of vectors(list, count)) {
        const n = readSync(files.get(fd), chunk);
        total += n;
        if (n < chunk.length) break;
      }
      view.setUint32(read, total, true);
      return SUCCESS;
    },
    fd_close(fd) {
      if (!files.has(fd)) return EBADF;
      if (fd > ROOT) closeSync(files.get(fd));
      files.delete(fd);
      return SUCCESS;
    },
    fd_seek: () => ESPIPE,
    fd_fdstat_get(fd, at) {
      if (fd !== ROOT && !files.has(fd)) return EBADF;
      const type = fd < ROOT ? CHARACTER_DEVICE : fd === ROOT ? DIRECTORY : REGULAR_FILE;
      bytes(at, 24).fill(0);
      view.setUint8(at, type);
      view.setBigUint64(at + 8, 0xffffffffffffffffn, true); // rights: all
      view.setBigUint64(at + 16, 0xffffffffffffffffn, true);
      return SUCCESS;
    },
    fd_prestat_get(fd, at) {
      if (fd !== ROOT) return EBADF;
      view.setUint8(at, 0); // a folder
      view.setUint32(at + 4, 1, true); // the length of "/"
      return SUCCESS;
    },
    fd_prestat_dir_name(fd, at, size) {
      if (fd !== ROOT || size < 1) return EINVAL;
      bytes(at, 1).set([0x2f]);
      return SUCCESS;
    },
    path_create_directory(_dir, path, size) {
      try {
        mkdirSync(`/${text(path, size)}`);
        return SUCCESS;
      } catch (error) {
        return error.code === 'EEXIST' ? EEXIST : ENOENT;
      }
    },
    path_filestat_get(_dir, _look, path, size, at) {
      try {
        const stat = statSync(`/${text(path, size)}`);
        bytes(at, 64).fill(0);
        view.setUint8(at + 16, stat.isDirectory() ? DIRECTORY : REGULAR_FILE);
        view.setBigUint64(at + 32, BigInt(stat.size), true);
        return SUCCESS;
      } catch {
        return ENOENT;
      }
    },
    path_open(_dir, _look, path, size, flags, _base, _inheriting, _fdFlags, opened) {
      const CREATE = 1, TRUNCATE = 8;
      const create = (flags & CREATE) !== 0;
      try {
        const file = openSync(`/${text(path, size)}`, create ? 'a+' : 'r');
        if (flags & TRUNCATE) ftruncateSync(file);
        files.set(nextFile, file);
        view.setUint32(opened, nextFile++, true);
        return SUCCESS;
      } catch {
        return ENOENT;
      }
    },
  };
  const wasi = new Proxy(served, {
    get: (calls, name) => (...values) => {
      // libc's own allocator grows the memory without notice.
      if (view.buffer !== memory.buffer) refresh();
      if (calls[name]) return calls[name](...values);
      console.error(`wasm_host: the program called ${String(name)}, which is not served`);
      return ENOSYS;
    },
  });
  // Addresses of 64 bits are a BigInt here.
  const address = (value) => Number(BigInt.asUintN(64, BigInt(value)));
  const atoll = {
    memory_grown: refresh,
    write(file, at, size) {
      writeAll(file, bytes(address(at), address(size)));
    },
    exit: served.proc_exit,
    nanoseconds: () => process.hrtime.bigint(),
    random(at, size) {
      randomFillSync(bytes(address(at), address(size)));
    },
    arguments_size: () => argv.reduce((sum, s) => sum + s.length, 0),
    arguments(at) {
      let next = address(at);
      for (const s of argv) {
        bytes(next, s.length).set(s);
        next += s.length;
      }
    },
  };
  const imports = { wasi_snapshot_preview1: wasi, atoll };
  const instance = await WebAssembly.instantiate(module, imports);
  memory = instance.exports.memory;
  refresh();
  try {
    instance.exports._start();
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    return error.code;
  }
  return 0;
}

process.exitCode = kind === 'js' ? await runJs() : await runWasi();
