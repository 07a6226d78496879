// A session whose answers are checked: buffers outside of the collector's heap, worker threads, compression,
// child processes.
const { execFileSync } = require("child_process");
const crypto = require("crypto");
const zlib = require("zlib");
const { Worker, isMainThread, parentPort, workerData } = require("worker_threads");

function churn(seed) {
  const kept = [];
  const sum = crypto.createHash("sha256");
  for (let i = 0; i < 3000; ++i) {
    const bytes = Buffer.alloc(((i * 7919 + seed) % 20000) + 1, i % 256);
    kept[i % 100] = bytes;
    if (i % 50 === 0) sum.update(Buffer.concat(kept.filter((b) => b)));
  }
  const text = Buffer.from("word ".repeat(50000) + seed);
  if (!zlib.gunzipSync(zlib.gzipSync(text)).equals(text)) throw new Error("not the same");
  return sum.digest("hex");
}

if (isMainThread) {
  console.log(churn(0), execFileSync("echo", ["child"]).toString().trim());
  const words = new Map();
  for (let i = 0; i < 100000; ++i) words.set("word" + ((i * 7919) % 10007), [i]);
  console.log(words.size, [...words.keys()].sort().slice(0, 3).join());
  const answers = [1, 2, 3].map((seed) => new Promise((done, failed) => {
    new Worker(__filename, { workerData: seed }).on("message", done).on("error", failed);
  }));
  Promise.all(answers).then((all) => all.forEach((answer) => console.log(answer)));
} else {
  parentPort.postMessage(churn(workerData));
}
