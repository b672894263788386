// How long a command takes before it works: help, version and refusals, beside Node that does nothing.
//
//   node bench/start.js [--shots 20] [--record]
//
// Each is started so many times, in turn, and the least counts: other programs disturb it least.
// --record writes bench/results/start.json.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { recordFigures } from "./record.js";

const { values: options } = parseArgs({
  options: { shots: { type: "string", default: "20" }, record: { type: "boolean", default: false } },
});
const shots = Number(options.shots);
const karyon = fileURLToPath(new URL("../bin/karyon.js", import.meta.url));
/** Aim, ms. */
const aim = 250;

/** What is started, with the exit status that it must end with. */
const cases = [
  ["node -e 0", ["-e", "0"], 0],
  ["karyon --version", [karyon, "--version"], 0],
  ["karyon --help", [karyon, "--help"], 0],
  ["karyon segment --help", [karyon, "segment", "--help"], 0],
  ["karyon segment --absent (an option that it lacks)", [karyon, "segment", "--absent"], 1],
  [
    "karyon segment absent absent.tif -o out (a network that is not there)",
    [karyon, "segment", "absent", "absent.tif", "-o", "out"],
    1,
  ],
];

/** Starts a program. @returns ms until it has ended @throws when it ends otherwise than it must */
async function started(given, status) {
  const begin = performance.now();
  const child = spawn(process.execPath, given, { stdio: "ignore" });
  const [code] = await once(child, "exit");
  const elapsed = performance.now() - begin;
  if (code !== status) throw new Error(`${given.join(" ")} ended with ${code}, expected ${status}`);
  return elapsed;
}

const least = cases.map(() => Infinity);
for (let shot = 0; shot < shots; shot++)
  for (const [i, [, given, status]] of cases.entries())
    least[i] = Math.min(least[i], await started(given, status));

const rows = cases.map(([name], i) => [
  name,
  least[i].toFixed(0),
  (least[i] - least[0]).toFixed(0),
  i === 0 ? "-" : `${least[i] <= aim ? "met" : "missed"} (${aim})`,
]);
const columns = ["command", "ms", "beyond Node, ms", "aim"];
for (const row of [columns, ...rows]) console.log(row.join("\t"));

if (options.record) {
  recordFigures({
    id: "start",
    order: 21,
    question: "How long does a command take to start?",
    command: "node bench/start.js --record",
    data: "none",
    rules: `the least of ${shots} starts, the commands in turn, from the start of the process to its end`,
    columns,
    rows,
    notes: ["Node 22.1 and newer keep compiled code between starts; Node 20 does not."],
  });
}
