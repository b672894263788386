// The time to read one plane of 2048 x 2048 pixels of 16 bits from each format, by Karyon and by a reader in Python,
// in turn in one run, from files that were opened once.
//
//   node bench/formats.js --python PATH [--shots 40] [--seconds 3] [--side 2048] [--only TEXT] [--record]
//
// Files come from packages in Python, and where these write none (ND2, LIF) from the writers of our tests. What
// Karyon does not read, or a Python does not have, is named and passed over. A file holds several planes, which are
// read one after the other, so that no reader gives back what it has kept. Each pair must give the same sums. A row
// ends after so many shots or seconds; its times are minima, which other programs disturb least. The aim is the time
// of Python without compression and with deflate, 1.5 of it with zstd and LZW. --only takes rows whose names hold a
// text; --record writes bench/results/formats.json.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runnerImport } from "vite";
import { random } from "../dist/core/random.js";
import { hasNameOf, openAs } from "../dist/io/formats/fileformat.js";
import { isHierarchyName } from "../dist/io/formats/formatnames.js";
import { imageFormats } from "../dist/io/formats/imageformats.js";
import { formatInput } from "../dist/pipeline/store/formatinput.js";
import { openPython } from "./peers/openpython.js";
import { recordFigures } from "./record.js";

const { values: options } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    shots: { type: "string", default: "40" },
    seconds: { type: "string", default: "3" },
    side: { type: "string", default: "2048" },
    only: { type: "string", default: "" },
    record: { type: "boolean", default: false },
  },
});
const [shots, seconds, side] = [options.shots, options.seconds, options.side].map(Number);
/** More than the caches of any reader hold (64 MiB). */
const planes = 10;
/** Reads before those that count. */
const warming = 3;

/** The largest share of Python's time that is aimed at, by compression; none for those not named. */
const aims = {
  none: 1,
  "big endian": 1,
  deflate: 1,
  zlib: 1,
  gzip: 1,
  zstd: 1.5,
  "zstd in shards": 1.5,
  zstd0: 1.5,
  zstd1: 1.5,
  lzw: 1.5,
};

const zarrs = ["none", "blosc", "zstd", "gzip"];
const columns = [
  "format",
  "compression",
  "MiB a plane",
  "Karyon, ms",
  "of processors, ms",
  "peer",
  "peer, ms",
  "Karyon / peer",
  "aim",
  "reads",
];

/** What is compared: files that Python writes have a name in `bench/peers/formats.py`. */
const cases = [
  ...["none", "big endian", "deflate", "lzw", "zstd", "jpeg"].map((compression) =>
    tested("TIFF", "ome.tif", compression, ["tifffile"]),
  ),
  ...zarrs.map((compression) => tested("OME-Zarr 0.4", "zarr", compression, ["zarr"])),
  ...[...zarrs, "zstd in shards"].map((compression) => tested("OME-Zarr 0.5", "zarr", compression, ["zarr"])),
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
const peer = await openPython(options.python, "formats.py");
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
  console.log(lineOf(columns));
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
    for (const reader of each.readers) {
      if (reader in peer.versions) rows.push(await compared(each, reader, path));
      else console.log(`${each.format}, ${each.compression}: passed over, ${reader} is not installed`);
    }
    rmSync(path, { recursive: true });
  }
  const measured = rows.filter((row) => row !== undefined);
  const missed = measured.filter((row) => row[8].startsWith("missed")).length;
  console.log(`${measured.length} rows; ${missed} miss their aim`);
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
  try {
    const opened = await openAs(imageFormats, await formatInput(path, isHierarchyName));
    const image = await opened.open(0);
    const answer = await peer.ask({ open: reader, path });
    if (answer.error !== undefined) throw new Error(answer.error);
    await checkSums(image, compression === "jpeg" ? 5e-3 : 0);
    const { own, other, cpu, count } = await timesOf(image);
    const ratio = own / other;
    const aim = aims[compression];
    const verdict = aim === undefined ? "-" : ratio <= aim ? `met (${aim})` : `missed (${aim})`;
    const mebibytes = (sizeOf(path) / planes / 2 ** 20).toFixed(1);
    const times = [own.toFixed(1), cpu.toFixed(1), reader, other.toFixed(1)];
    const cells = [format, compression, mebibytes, ...times, ratio.toFixed(2), verdict, String(count)];
    console.log(lineOf(cells));
    return cells;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.log(`${format}, ${compression}, and ${reader}: passed over, ${reason.split("\n")[0]}`);
    return undefined;
  }
}

/** The least times of both, ms, and the least time of processors that Karyon takes, over all its threads. */
async function timesOf(image) {
  let [own, other, cpu, count] = [Infinity, Infinity, Infinity, 0];
  const end = performance.now() + 1000 * seconds;
  for (let shot = -warming; shot < shots && (count < 5 || performance.now() < end); shot++) {
    const plane = (shot + warming) % planes;
    const before = process.cpuUsage();
    const started = performance.now();
    await image.read({ frame: plane, channel: 0, slice: 0 });
    const ms = performance.now() - started;
    const { user, system } = process.cpuUsage(before);
    const { ms: peerMs, error } = await peer.ask({ plane });
    if (error !== undefined) throw new Error(error);
    if (shot < 0) continue;
    [own, other, cpu] = [Math.min(own, ms), Math.min(other, peerMs), Math.min(cpu, (user + system) / 1000)];
    count++;
  }
  return { own, other, cpu, count };
}

function lineOf(cells) {
  return cells.map((cell, i) => cell.padEnd(Math.max(16, columns[i].length) + 1)).join("");
}

/** The two must read the same. @param tolerance the share by which sums may differ, where decoders round */
async function checkSums(image, tolerance) {
  for (let plane = 0; plane < planes; plane++) {
    const { plane: read } = await image.read({ frame: plane, channel: 0, slice: 0 });
    const sum = read.data.reduce((total, value) => total + value, 0);
    const { sum: expected, error } = await peer.ask({ plane, sum: true });
    if (error !== undefined) throw new Error(error);
    if (Math.abs(sum - expected) > tolerance * expected)
      throw new Error(`plane ${plane} has the sum ${sum} here and ${expected} there`);
  }
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
  const path = recordFigures({
    id: "formats",
    order: 19,
    question: `How long does one plane of ${side} x ${side} px take to read from each format?`,
    command: "node bench/formats.js --python PATH --record",
    data: "ten planes of 16 bits (JPEG: 8), spots with noise; chunks of Zarr are 512 x 512 px, TIFF is in strips",
    rules:
      `the least of ${shots} reads, or of those of ${seconds} s, after ${warming}, the two readers in turn, ` +
      "each file opened once; in brackets the share of the peer's time that is aimed at",
    columns,
    rows,
    notes: [`Peers: ${said(peer.versions)}.`, "Peers decode with the threads that they take by default."],
  });
  console.log(`written to ${path}: ${readFileSync(path).length} bytes`);
}
