/**
 * Writes `docs/licences.md` from `package-lock.json`: every package that the installed program uses, its version
 * and licence. `node tools/licences.js`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Licences under which a package may be used in a program under the MIT licence, changed or not. */
const free = [
  "MIT",
  "ISC",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "Apache-2.0",
  "0BSD",
  "Unlicense",
  "CC0-1.0",
  "MIT OR CC0-1.0",
];

/** Packages under a licence that asks for more, each with what is kept to. */
const excepted = {
  "@resvg/resvg-wasm": [
    "MPL-2.0",
    "used as published, in files of its own; nothing of it is changed or copied",
  ],
};

/**
 * Packages of a lock file that are installed for use, by name and version.
 *
 * @param lock contents of a `package-lock.json` of version 3
 * @returns name, version, licence (undefined where the lock file has none), whether it is a direct dependency
 */
export function packagesOf(lock) {
  const direct = lock.packages[""].dependencies;
  const found = Object.entries(lock.packages)
    .filter(([path, { dev, link }]) => path !== "" && dev !== true && link !== true)
    .map(([path, { version, license }]) => {
      const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
      const licence = license?.replace(/^\((.*)\)$/, "$1");
      return { name, version, licence, direct: path === `node_modules/${name}` && name in direct };
    });
  const byName = new Map(found.map((one) => [`${one.name} ${one.version}`, one]));
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** One sentence for each package whose licence is not of the list. */
export const notAllowed = (packages) =>
  packages
    .filter(
      ({ name, licence }) =>
        !free.includes(licence) && !(licence !== undefined && excepted[name]?.[0] === licence),
    )
    .map(
      ({ name, version, licence }) => `${name} ${version} is under ${licence ?? "no licence that is told"}.`,
    );

/** The page of all licences. */
export function licencesPage(packages) {
  const counts = new Map();
  for (const { licence } of packages) counts.set(licence, (counts.get(licence) ?? 0) + 1);
  const counted = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return [
    "# Licences",
    "",
    "Karyon is under the MIT licence. These are the packages that are installed with it, from",
    "`package-lock.json`; `node tools/licences.js` makes this page. `onnxruntime-web` is for programs in the",
    "browser, which install it by themselves.",
    "",
    "`npm audit` was not possible where this list was made: the registry there answers it with 405 (Method Not",
    "Allowed). So known vulnerabilities of these versions were not looked up. In its place stands this list of",
    "all packages with their exact versions, to be compared with advisories; run `npm audit` where it works.",
    "",
    `${packages.length} packages: ${counted.map(([licence, n]) => `${n} ${licence}`).join(", ")}.`,
    "",
    "| package | version | licence | asked for by |",
    "| --- | --- | --- | --- |",
    ...packages.map(
      ({ name, version, licence, direct }) =>
        `| ${name} | ${version} | ${licence} | ${direct ? "Karyon" : "another package"} |`,
    ),
    "",
    ...Object.entries(excepted).map(([name, [licence, how]]) => `- ${name} (${licence}): ${how}.`),
    "",
  ].join("\n");
}

/** What `package-lock.json` holds today. */
export const lockedPackages = () =>
  packagesOf(JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")));

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const packages = lockedPackages();
  writeFileSync(join(root, "docs/licences.md"), licencesPage(packages));
  for (const sentence of notAllowed(packages)) console.error(sentence);
  process.exitCode = notAllowed(packages).length === 0 ? 0 : 1;
}
