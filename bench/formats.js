// The time to read one plane of 2048 x 2048 pixels of 16 bits from each format, by Karyon and by a reader in Python,
// in turn in one run, from files that were opened once.
//
//   node bench/formats.js --python PATH [--shots 15] [--side 2048] [--only TEXT] [--record]
//
// Files come from packages in Python, and where these write none (ND2, LIF) from the writers of our tests. What
// Karyon does not read, or a Python does not have, is named. A file holds several planes, which are read one after
// the other, so that no reader gives back what it has kept. Each pair must give the same sums. --only takes rows
// whose names hold a text; --record writes bench/results/formats.json.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runnerImport } from "vite";
import { random } from "../dist/core/random.js";
import { hasNameOf, openAs } from "../dist/io/formats/fileformat.js";
import { isHierarchyName } from "../dist/io/formats/formatnames.js";
import { imageFormats } from "../dist/io/formats/imageformats.js";
import { formatInput } from "../dist/pipeline/store/formatinput.js";

const { values: options } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    shots: { type: "string", default: "15" },
    side: { type: "string", default: "2048" },
    only: { type: "string", default: "" },
    record: { type: "boolean", default: false },
  },
});
const [shots, side] = [Number(options.shots), Number(options.side)];
const planes = 4;
/** Reads before those that count. */
const warming = 3;

const zarrs = ["none", "blosc", "zstd", "gzip"];
/** What is compared: files that Python writes have a name in `bench/peers/formats.py`. */
const cases = [
  ...["none", "deflate", "lzw", "zstd"].map((compression) =>
    tested("TIFF", "ome.tif", compression, ["tifffile"]),
  ),
  ...zarrs.map((compression) => tested("OME-Zarr 0.4", "zarr", compression, ["zarr"])),
  ...zarrs.map((compression) => tested("OME-Zarr 0.5", "zarr", compression, ["zarr"])),
  tested("CZI", "czi", "none", ["pylibCZIrw", "czifile"]),
  ...["zstd0", "zstd1"].map((compression) => tested("CZI", "czi", compression, ["pylibCZIrw"])),
  tested("LIF", "lif", "none", ["liffile"]),
  ...["none", "zlib"].map((compression) => tested("ND2", "nd2", compression, ["nd2"])),
].filter(({ format, compression }) => `${format} ${compression}`.includes(options.only));

function tested(format, extension, compression, readers) {
  return { format, extension, compression, readers };
}

/** Formats that our tests write; each gives the bytes of a file. */
const writers = {
  ND2: async (pixels, compression) => {
    const { nd2Bytes } = await testModule("nd2file.ts");
    const value = (frame, _component, y, x) => pixels[(frame * side + y) * side + x];
    return nd2Bytes({
      height: side,
      width: side,
      frames: planes,
      compressed: compression === "zlib",
      value,
      block: 4096,
    });
  },
  LIF: async (pixels) => {
    const { lifFile } = await testModule("liffile.ts");
    return lifFile([{ name: "planes", data: new Uint8Array(pixels.buffer), instead: lifImage() }]);
  },
};

/** The description of an image as LAS X writes it, with all that its peer asks for. */
function lifImage() {
  const channel =
    'DataType="0" ChannelTag="0" Resolution="16" NameOfMeasuredQuantity="" Min="0" Max="65535" Unit="" ' +
    'LUTName="Gray" IsLUTInverted="0" BytesInc="0" BitInc="0"';
  const dimensions = [
    [1, side, 2, "m"],
    [2, side, 2 * side, "m"],
    [4, planes, 2 * side * side, "s"],
  ].map(
    ([id, size, stride, unit]) =>
      `<DimensionDescription DimID="${id}" NumberOfElements="${size}" Origin="0" Length="0" Unit="${unit}" ` +
      `BitInc="0" BytesInc="${stride}"/>`,
  );
  return (
    `<Image TextDescription=""><ImageDescription><Channels><ChannelDescription ${channel}/></Channels>` +
    `<Dimensions>${dimensions.join("")}</Dimensions></ImageDescription></Image>`
  );
}

/** A module of our tests; undefined when there is none. */
async function testModule(name) {
  const path = fileURLToPath(new URL(`../test/${name}`, import.meta.url));
  const alias = { "#platform": fileURLToPath(new URL("../src/platform/platform-node.ts", import.meta.url)) };
  return (await runnerImport(path, { resolve: { alias }, logLevel: "error" })).module;
}

const folder = mkdtempSync(join(tmpdir(), "karyon-formats-"));
const peer = await openPython(options.python);
try {
  await bench();
} finally {
  peer.close();
  rmSync(folder, { recursive: true, force: true });
}

async function bench() {
  console.log(`Python has ${said(peer.versions)}`);
  const pixels = madePixels();
  const raw = join(folder, "planes.raw");
  writeFileSync(raw, new Uint8Array(pixels.buffer));
  const rows = [];
  for (const [i, each] of cases.entries()) {
    const path = join(folder, `${i}.${each.extension}`);
    const missing = !hasNameOf(imageFormats, path)
      ? "Karyon does not read it"
      : await written(each, path, pixels, raw);
    if (missing !== undefined) {
      console.log(`${each.format}, ${each.compression}: passed over, ${missing}`);
      continue;
    }
    for (const reader of each.readers) rows.push(await compared(each, reader, path));
    rmSync(path, { recursive: true });
  }
  const measured = rows.filter((row) => row !== undefined);
  if (options.record) record(measured);
}

/** Spots on a background, with noise: 12 bits, as of a camera. */
function madePixels() {
  const rng = random(1);
  const pixels = new Uint16Array(planes * side * side);
  for (let i = 0; i < pixels.length; i++) {
    const [y, x] = [Math.floor(i / side) % side, i % side];
    const spot = Math.max(0, Math.cos(y / 12) * Math.cos(x / 12));
    pixels[i] = 200 + 1500 * spot ** 2 + 20 * (rng.next() + rng.next() + rng.next());
  }
  return pixels;
}

/** Writes a file. @returns why it could not be */
async function written({ format, compression }, path, pixels, raw) {
  if (!(format in writers)) {
    const shape = [planes, side, side];
    return (await peer.ask({ write: format, compression, path, raw, shape })).error;
  }
  try {
    writeFileSync(path, await writers[format](pixels, compression));
  } catch (error) {
    return `its writer failed: ${String(error).split("\n")[0]}`;
  }
  return existsSync(path) ? undefined : "it was not written";
}

/** Reads planes in turn. @returns a row of the table; undefined when one of the two cannot read */
async function compared({ format, compression }, reader, path) {
  const name = `${format}, ${compression}, and ${reader}`;
  try {
    const opened = await openAs(imageFormats, await formatInput(path, isHierarchyName));
    const image = await opened.open(0);
    const answer = await peer.ask({ open: reader, path });
    if (answer.error !== undefined) throw new Error(answer.error);
    await checkSums(image);
    const [own, other] = [[], []];
    for (let shot = -warming; shot < shots; shot++) {
      const plane = (shot + warming) % planes;
      const started = performance.now();
      await image.read({ frame: plane, channel: 0, slice: 0 });
      const ms = performance.now() - started;
      const { ms: peerMs, error } = await peer.ask({ plane });
      if (error !== undefined) throw new Error(error);
      if (shot >= 0) {
        own.push(ms);
        other.push(peerMs);
      }
    }
    const [ours, theirs] = [median(own), median(other)];
    const mebibytes = sizeOf(path) / planes / 2 ** 20;
    const cells = [format, compression, mebibytes.toFixed(1), ours.toFixed(1), reader, theirs.toFixed(1)];
    console.log(cells.map((cell, i) => cell.padEnd([14, 9, 6, 8, 12, 8][i])).join(""));
    return [...cells, (theirs / ours).toFixed(2)];
  } catch (error) {
    console.log(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** The two must read the same. */
async function checkSums(image) {
  for (let plane = 0; plane < planes; plane++) {
    const { plane: read } = await image.read({ frame: plane, channel: 0, slice: 0 });
    const sum = read.data.reduce((total, value) => total + value, 0);
    const { sum: expected, error } = await peer.ask({ plane, sum: true });
    if (error !== undefined) throw new Error(error);
    if (sum !== expected) throw new Error(`plane ${plane} has the sum ${sum} here and ${expected} there`);
  }
}

function median(list) {
  const sorted = list.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** Bytes of a file, or of all files of a folder. */
function sizeOf(path) {
  if (!statSync(path).isDirectory()) return statSync(path).size;
  const { stdout } = spawnSync("du", ["-sb", path], { encoding: "utf8" });
  return Number(stdout.split("\t")[0]);
}

function said(versions) {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
}

function record(rows) {
  const { stdout } = spawnSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" });
  const result = {
    id: "formats",
    order: 19,
    question: `How long does one plane of ${side} x ${side} px take to read from each format?`,
    command: "node bench/formats.js --python PATH --record",
    commit: stdout.trim(),
    machine: `${cpus().length} cores, Node ${process.versions.node}, no GPU`,
    data: "four planes of 16 bits, spots with noise; chunks of Zarr are 512 x 512 px, TIFF is in strips",
    rules: `medians of ${shots} reads after ${warming}, the two readers in turn, each file opened once`,
    columns: ["format", "compression", "MiB a plane", "Karyon, ms", "peer", "peer, ms", "peer / Karyon"],
    rows,
    notes: [`Peers: ${said(peer.versions)}.`, "Peers decode with the threads that they take by default."],
  };
  const path = fileURLToPath(new URL("results/formats.json", import.meta.url));
  writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`);
  console.log(`written to ${path}: ${readFileSync(path).length} bytes`);
}

/** A Python that answers requests one by one. */
async function openPython(path) {
  const script = fileURLToPath(new URL("peers/formats.py", import.meta.url));
  const child = spawn(path, [script], { stdio: ["pipe", "pipe", "pipe"] });
  let words = "";
  child.stderr.on("data", (chunk) => (words = `${words}${chunk}`.slice(-2000)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${path} ended: ${words}`);
    return JSON.parse(value);
  };
  return {
    versions: await next(),
    ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return next();
    },
    close: () => child.stdin.end(),
  };
}
