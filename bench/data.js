// The real images with truth that the figures of docs/claims.md are measured on, and their split: rows of an index whose zero-based number modulo 3 is 2 are
// test rows, used for nothing but reporting.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const shared = resolve(process.env.KARYON_SHARED ?? "../shared");

/** Images and labels of one collection: [{ name, image, labels, third, test }]; test rows are those of third 2. */
export function collection(name) {
  const folder = join(shared, "data", name);
  if (!existsSync(folder)) {
    console.error(`${folder} is not there: set KARYON_SHARED to the folder that holds data/${name}.`);
    process.exit(1);
  }
  const rows = readFileSync(join(folder, "index.csv"), "utf8").trim().split(/\r?\n/).slice(1);
  return rows.map((row, index) => {
    const file = row.split(",")[0];
    return { name: file.replace(/\.tif$/, ""), image: join(folder, "images", file), labels: join(folder, "labels", file), third: index % 3, test: index % 3 === 2 };
  });
}

/** "0.912 [0.880, 0.935]": pooled, with the 95 % bootstrap interval over images. */
export const withInterval = (value, { low, high }) => `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
