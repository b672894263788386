/**
 * Loaded before the program (`node --import`), in its threads, too: an accident at one file operation, or in one
 * worker thread. `KARYON_ACCIDENT` says which, as JSON: `kind`, the `stage` after whose begin it happens, and
 * `at`, which write or rename of it, from 1.
 *
 * - kill, full: the process is killed, or the disk full from then on
 * - begin: killed as the stage begins
 * - remove, change: the file `input` is removed, or other bytes put in its place, as the stage begins
 * - fill: the disk is filled up, but for `left` bytes, by the file `input`
 * - exit, memory: a worker thread (whose file's name holds `file`) ends by itself, or needs too much memory
 * - count: appends the operations of each stage to the file `log`
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import path from "node:path";
import threads from "node:worker_threads";

const plan = JSON.parse(process.env.KARYON_ACCIDENT ?? "{}");
let stage = "";
let operations = 0;

const full = () => Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
const killNow = () => process.kill(process.pid, "SIGKILL");

/** Whether the accident happens at this operation. */
function isNow() {
  operations++;
  if (plan.kind === "count") fs.appendFileSync(plan.log, `${stage}\n`);
  if (stage !== plan.stage) return false;
  // A full disk stays full.
  return plan.kind === "full" ? operations >= plan.at : plan.kind === "kill" && operations === plan.at;
}

/** A rename: killed before it or after it. */
const renaming =
  (rename) =>
  (...given) => {
    if (!isNow()) return rename(...given);
    if (plan.kind === "full") return rename(...given);
    if (plan.at % 2 === 0) rename(...given);
    return killNow();
  };

/** A write: half of the bytes are written before the process is killed, or the disk is full. */
const writing = (write) =>
  async function (bytes, ...rest) {
    if (!isNow()) return write.call(this, bytes, ...rest);
    const part = Buffer.from(bytes).subarray(0, Math.floor(bytes.length / 2));
    await write.call(this, part);
    if (plan.kind === "full") throw full();
    killNow();
  };

async function watchFiles() {
  const handle = await fs.promises.open(process.execPath);
  const prototype = Object.getPrototypeOf(handle);
  await handle.close();
  const { renameSync } = fs;
  fs.renameSync = renaming(renameSync);
  const { rename } = fs.promises;
  // The plain call, so that it has happened before the kill.
  fs.promises.rename = renaming((...given) =>
    plan.kind === "kill" ? Promise.resolve(renameSync(...given)) : rename(...given),
  );
  prototype.writeFile = writing(prototype.writeFile);
  prototype.write = writing(prototype.write);
}

/** The program keeps files open for half a second after a read: what is read then is what was there. */
const pauseReading = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700);

/** Fills the disk of the file `input`, but for `left` bytes. */
function fillDisk() {
  const { bavail, bsize } = fs.statfsSync(path.dirname(plan.input));
  fs.writeFileSync(plan.input, new Uint8Array(Math.max(0, bavail * bsize - plan.left)));
}

/** What happens as the stage begins. */
function spoilNow() {
  if (plan.kind === "begin") killNow();
  if (plan.kind === "remove") fs.rmSync(plan.input, { recursive: true });
  if (plan.kind === "fill") fillDisk();
  if (plan.kind === "remove" || plan.kind === "change") pauseReading();
  // Of equal length: nothing but the time tells.
  if (plan.kind === "change") {
    const bytes = fs.readFileSync(plan.input);
    bytes.subarray(-1000).fill(7);
    fs.writeFileSync(plan.input, bytes);
  }
}

/** The stage is what the program has told last (`--json`). */
function watchStage() {
  const { write } = process.stdout;
  process.stdout.write = function (text, ...rest) {
    const begun = /"event":"stage","stage":"(\w+)"/.exec(String(text));
    if (begun !== null) {
      stage = begun[1];
      operations = 0;
      if (stage === plan.stage) spoilNow();
    }
    return write.call(this, text, ...rest);
  };
}

/** A worker thread that ends, or needs too much memory, soon after it was started in that stage. */
function spoilThread() {
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(file, options = {}) {
      const isNow = stage === plan.stage && String(file).includes(plan.file ?? "");
      super(file, {
        ...options,
        env: { ...process.env, KARYON_ACCIDENT_HERE: isNow ? "1" : "" },
        ...(isNow && plan.kind === "memory" ? { resourceLimits: { maxOldGenerationSizeMb: 48 } } : {}),
      });
    }
  };
}

function failInThread() {
  setTimeout(() => {
    if (plan.kind === "exit") process.exit(7);
    const kept = [];
    for (;;) kept.push(new Array(10_000).fill(kept.length));
  }, plan.at ?? 1);
}

if (threads.isMainThread) {
  watchStage();
  if (["kill", "full", "count"].includes(plan.kind)) await watchFiles();
  if (["exit", "memory"].includes(plan.kind)) spoilThread();
  syncBuiltinESMExports();
} else if (process.env.KARYON_ACCIDENT_HERE === "1") failInThread();
