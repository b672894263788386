/**
 * Packs the package, installs the tarball in an empty folder, and uses it there as a stranger would:
 * `node tools/tarball.js`. Prints the sizes; ends with 1, and says where, when a step fails. The registry of npm
 * must be reachable.
 */
import { spawnSync } from "node:child_process";
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const npm = process.platform === "win32" ? "npm.cmd" : "npm";
const npx = process.platform === "win32" ? "npx.cmd" : "npx";

/** Runs a program. @returns what it printed @throws when it fails, with its last words */
function succeed(step, program, options, cwd) {
  const { status, error, stdout, stderr } = spawnSync(program, options, {
    cwd,
    encoding: "utf8",
    timeout: 600_000,
    shell: process.platform === "win32",
    // Libraries for other graphics cards, hundreds of MB from elsewhere, are no part of this.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip", NODE_PATH: "" },
  });
  if (status === 0) return stdout;
  const words = `${stdout ?? ""}${stderr ?? ""}${error ?? ""}`.trim().split("\n").slice(-12).join("\n");
  throw new Error(`${step} failed (${status}):\n${words}`);
}

/** Bytes of all files below a folder. */
const sizeOf = (folder) =>
  readdirSync(folder, { recursive: true })
    .map((path) => lstatSync(join(folder, path)))
    .reduce((sum, found) => sum + (found.isFile() ? found.size : 0), 0);

const script = `
import { annotate, isKaryonError } from "karyon";
import * as folders from "karyon/node";
const data = new Float32Array(128 * 128).fill(10);
for (let y = 50; y < 70; y++) data.fill(200, y * 128 + 50, y * 128 + 70);
const { labels } = await annotate({ data, height: 128, width: 128 }, { diameter: 20 });
if (!labels.data.some((label) => label !== 0)) throw new Error("no nucleus was found in memory");
await folders.simulate({ out: "from a script", frames: 1, size: 128 });
const refused = await folders.annotate({ inputs: ["absent"], out: "never" }).catch((error) => error);
if (!isKaryonError(refused)) throw new Error("errors of karyon/node are not those of karyon: " + refused);
console.log("imports work");
`;

/** What a tarball may hold; tests and maps are no part of it wherever they are. */
const belongs = /^(bin\/.*\.js|dist\/.*\.(js|d\.ts|css|html|json|wasm)|LICENSE|README\.md|package\.json)$/;
const isForeign = (path) => !belongs.test(path) || /\.test\.|\.map$/.test(path);

/**
 * Packs what is built in `dist/` into `folder`.
 *
 * @returns path of the tarball, and its bytes
 * @throws when it holds what does not belong there
 */
export function packInto(folder) {
  const said = succeed(
    "npm pack",
    npm,
    ["pack", "--ignore-scripts", "--json", "--pack-destination", folder],
    root,
  );
  const [{ filename, size, files }] = JSON.parse(said);
  const strange = files.map(({ path }) => path).filter(isForeign);
  if (strange.length > 0) throw new Error(`the tarball holds ${strange.slice(0, 5).join(", ")}`);
  return { path: join(folder, filename), size };
}

/** Whether the registry of npm answers. */
export const isRegistryReachable = () =>
  spawnSync(npm, ["view", "picomatch@4.0.7", "version", "--fetch-retries=0", "--fetch-timeout=10000"], {
    cwd: tmpdir(),
    shell: process.platform === "win32",
  }).status === 0;

const runOptions = "--steps 4 --batch 1 --effort quick --threads 1 --device cpu --no-overlays".split(" ");

/**
 * Packs, installs and uses the package in a new folder whose name has spaces and letters beyond ASCII.
 *
 * @param say takes a line about each step
 * @returns bytes of the tarball, of the package as installed, and of all that npm installed
 * @throws when a step fails
 */
export function tryTarball(say) {
  const made = mkdtempSync(join(tmpdir(), "karyon tarball é-"));
  const folder = join(made, "leerer Ordner ü");
  try {
    mkdirSync(folder);
    const { path, size } = packInto(made);
    writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
    succeed("npm install", npm, ["install", "--no-audit", "--no-fund", path], folder);
    const karyon = (step, ...given) => {
      const said = succeed(`karyon ${step}`, npx, ["--no-install", "karyon", step, ...given], folder);
      say(`karyon ${step}: works`);
      return said;
    };
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    if (karyon("--version").trim() !== version) throw new Error(`karyon --version does not say ${version}`);
    karyon("simulate", ..."-o movie --frames 4 --size 192".split(" "));
    karyon("run", "movie/01", "-o", "a run", ...runOptions);
    if (!readdirSync(join(folder, "a run")).includes("report.html")) throw new Error("the run has no report");
    writeFileSync(join(folder, "uses.mjs"), script);
    say(succeed("the script", process.execPath, ["uses.mjs"], folder).trim());
    const modules = join(folder, "node_modules");
    return { tarball: size, installed: sizeOf(join(modules, "karyon")), all: sizeOf(modules) };
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { tarball, installed, all } = tryTarball((line) => console.log(line));
  const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  console.log(`tarball ${mib(tarball)}, installed ${mib(installed)}, with all packages ${mib(all)}`);
}
