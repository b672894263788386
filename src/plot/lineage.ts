/** Lineage trees: time to the right, a line for each branch, a fork for each division. */
import type { Statistics } from "../analyse/analyse.js";
import { hex, speedColour } from "../draw/colours.js";
import { speedRange } from "../draw/trackoverlay.js";
import { axisOf } from "./axis.js";
import { fixed, opened, text } from "./chart.js";
import { formatNumber } from "./markup.js";

/** A branch with the row it is drawn in. */
export interface PlacedBranch {
  /** Index in the branch table. */
  readonly branch: number;
  /** 0 at the top; a mother lies in the middle between her daughters. */
  readonly row: number;
  /** Rows of the daughters, ascending; empty where it does not divide. */
  readonly fork: readonly number[];
}

export interface LineagePage {
  readonly branches: readonly PlacedBranch[];
  /** With the gaps between lineages. */
  readonly rows: number;
  readonly lineages: number;
}

/** How many rows a page has, unless one lineage alone needs more. */
const pageRows = 60;

/** Rows left free below a lineage that divides. */
const between = 0.6;

/**
 * Lays lineages out on pages: those with most divisions first, then in the order of their ids. Every end of a
 * lineage has a row of its own and daughters lie beside each other, so that no lines cross. Lineages without
 * a division only fill up the first page.
 */
export function layoutLineages({ branches }: Statistics): LineagePage[] {
  const daughters: number[][] = Array.from({ length: branches.count }, () => []);
  const members = new Map<number, number>();
  for (let i = 0; i < branches.count; i++) {
    if (branches.parent[i]! > 0) daughters[branches.parent[i]! - 1]!.push(i);
    members.set(branches.root[i]! - 1, (members.get(branches.root[i]! - 1) ?? 0) + 1);
  }
  const order = [...members.keys()].sort(
    (a, b) =>
      members.get(b)! - members.get(a)! ||
      branches.detections[b]! * Number(members.get(b) === 1) -
        branches.detections[a]! * Number(members.get(a) === 1) ||
      a - b,
  );
  const pages: { branches: PlacedBranch[]; rows: number; lineages: number }[] = [];
  for (const root of order) {
    const placed = placeLineage(root, daughters);
    const rows = placed.rows;
    let page = pages.at(-1);
    if (members.get(root) === 1 && page !== undefined && (pages.length > 1 || page.rows + 1 > pageRows))
      break;
    if (page === undefined || page.rows + rows > pageRows)
      pages.push((page = { branches: [], rows: 0, lineages: 0 }));
    for (const { branch, row, fork } of placed.branches)
      page.branches.push({ branch, row: row + page.rows, fork: fork.map((other) => other + page.rows) });
    page.rows += rows + (rows > 1 ? between : 0);
    page.lineages++;
  }
  return pages;
}

/** Without recursion: a lineage of a long movie may be deep. */
function placeLineage(
  root: number,
  daughters: readonly (readonly number[])[],
): { branches: PlacedBranch[]; rows: number } {
  const down: number[] = [];
  for (const stack = [root]; stack.length > 0;) {
    const branch = stack.pop()!;
    down.push(branch);
    stack.push(...[...daughters[branch]!].reverse());
  }
  const rowOf = new Map<number, number>();
  let rows = 0;
  for (const branch of down) if (daughters[branch]!.length === 0) rowOf.set(branch, rows++);
  // Daughters come after their mother on the way down.
  for (const branch of [...down].reverse()) {
    const below = daughters[branch]!.map((daughter) => rowOf.get(daughter)!);
    if (below.length > 0) rowOf.set(branch, (below[0]! + below.at(-1)!) / 2);
  }
  return {
    branches: down.map((branch) => ({
      branch,
      row: rowOf.get(branch)!,
      fork: daughters[branch]!.map((daughter) => rowOf.get(daughter)!),
    })),
    rows,
  };
}

/** One sentence on what pages leave out; empty where they show all. */
export function lineagesLeftOut(
  pages: readonly LineagePage[],
  { summary }: Statistics,
  shown = pages.length,
): string {
  const drawn = pages.slice(0, shown).reduce((sum, { lineages }) => sum + lineages, 0);
  const rest = summary.lineages - drawn;
  if (rest === 0) return "";
  const dividing = pages.slice(shown).reduce((sum, { lineages }) => sum + lineages, 0);
  const among =
    dividing > 0 ? `, ${formatNumber(dividing)} of them with divisions` : ", all without a division";
  return (
    `${formatNumber(drawn)} of ${formatNumber(summary.lineages)} lineages, those with most ` +
    `divisions first; ${formatNumber(rest)} are not drawn${among}.`
  );
}

const width = 640;
const [left, right, rowHeight] = [52, width - 30, 11];

/** Drawing of a mark at (x, y) for how a branch ends; a division shows as the fork. */
const marks: Readonly<Record<string, (x: number, y: number) => string>> = {
  "end of movie": (x, y) =>
    `<path d="M${fixed(x)} ${fixed(y - 4)}V${fixed(y + 4)}" stroke="#222222" stroke-width="2"/>`,
  "at border": (x, y) =>
    `<rect x="${fixed(x - 3)}" y="${fixed(y - 3)}" width="6" height="6" fill="#ffffff" ` +
    `stroke="#222222" stroke-width="1.4"/>`,
  lost: (x, y) =>
    `<path d="M${fixed(x - 3)} ${fixed(y - 3)}l6 6m0 -6l-6 6" fill="none" stroke="#222222" stroke-width="1.8"/>`,
  died: (x, y) => `<path d="M${fixed(x)} ${fixed(y - 4.5)}l4.5 4.5l-4.5 4.5l-4.5 -4.5Z" fill="#222222"/>`,
};

/**
 * One page as an SVG. Branches carry `data-track`, by which the report finds them.
 *
 * @param number of the page, from 1
 */
export function lineagePlot(page: LineagePage, statistics: Statistics, number = 1, pages = 1): string {
  const { branches, units } = statistics;
  const range = speedRange(statistics);
  const time = units.time === "min" ? "time [min]" : "frame (from 0)";
  const axis = axisOf(
    [],
    {
      label: time,
      range: [0, Math.max(1, statistics.summary.frames - 1) * units.perFrame],
      whole: units.time !== "min",
    },
    7,
  );
  const top = 92;
  const bottom = Math.ceil(top + page.rows * rowHeight);
  const height = bottom + 52;
  const x = (frame: number): number => left + axis.position(frame * units.perFrame) * (right - left);
  const y = (row: number): number => top + (row + 0.5) * rowHeight;
  const grid = axis.ticks.map((tick, i) => {
    const at = fixed(left + axis.position(tick) * (right - left));
    return (
      `<path d="M${at} ${top}V${bottom + 6}" ` +
      `stroke="#e4e4e4"/>${text(Number(at), bottom + 22, axis.tickLabels[i]!, "middle", 14)}`
    );
  });
  const drawn = page.branches.map((placed) => drawBranch(placed, statistics, range, x, y));
  const ends = new Set(page.branches.map(({ branch }) => branches.fate[branch]!));
  const title = `Lineages${pages > 1 ? `, page ${number} of ${pages}` : ""}`;
  return (
    opened(title, { width, height }) +
    text(left, 22, title, "start", 19, ' font-weight="600"') +
    text(
      left,
      43,
      `${formatNumber(page.lineages)} ${page.lineages === 1 ? "lineage" : "lineages"}; numbers are ` +
        "those of their first tracks",
      "start",
      14,
      ' fill="#666666"',
    ) +
    fateLegend(ends) +
    colourBar(range, units.speed) +
    grid.join("") +
    `<path d="M${left} ${bottom}H${right}" stroke="#222222"/>` +
    drawn.join("") +
    text((left + right) / 2, height - 8, axis.label, "middle", 15) +
    "</svg>"
  );
}

function drawBranch(
  { branch, row, fork }: PlacedBranch,
  { branches }: Statistics,
  { low, high }: { low: number; high: number },
  x: (frame: number) => number,
  y: (row: number) => number,
): string {
  const [id, parent, fate] = [branches.id[branch]!, branches.parent[branch]!, branches.fate[branch]!];
  // A daughter's line begins at the fork.
  const from = x(parent > 0 ? branches.lastFrame[parent - 1]! : branches.firstFrame[branch]!);
  const [to, at] = [x(branches.lastFrame[branch]!), y(row)];
  const speed = branches.meanSpeed[branch]!;
  const colour = Number.isNaN(speed) ? "#999999" : hex(speedColour((speed - low) / (high - low)));
  const line = `M${fixed(from)} ${fixed(at)}H${fixed(Math.max(to, from + 0.1))}`;
  const across = fork.length > 1 ? `M${fixed(to)} ${fixed(y(fork[0]!))}V${fixed(y(fork.at(-1)!))}` : "";
  // The dark rim lets the pale colours of middle speeds be seen on white; the broad clear line is easy to
  // hit.
  return (
    `<g class="pick" data-track="${id}">` +
    `<path d="${line}" stroke="#000000" stroke-opacity="0" stroke-width="${rowHeight}"/>` +
    `<path class="line" d="${across}${line}" fill="none" stroke="#444444" stroke-width="4.4" ` +
    `stroke-linecap="square"/>` +
    `<path d="${line}" stroke="${colour}" stroke-width="3"/>` +
    (fork.length > 1 ? "" : (marks[fate]?.(to, at) ?? "")) +
    (parent === 0 ? text(from - 7, at + 3.5, String(id), "end", 10, ' fill="#666666"') : "") +
    "</g>"
  );
}

function fateLegend(ends: ReadonlySet<string>): string {
  let x = left + 6;
  return Object.entries(marks)
    .filter(([fate]) => ends.has(fate))
    .map(([fate, mark]) => {
      const entry = mark(x, 67) + text(x + 11, 71.5, fate, "start", 13);
      x += 11 + 7 * fate.length + 20;
      return entry;
    })
    .join("");
}

function colourBar({ low, high }: { low: number; high: number }, unit: string): string {
  const cells = Array.from(
    { length: 24 },
    (_, i) =>
      `<rect x="${fixed(right - 150 + i * 6.25)}" y="55" width="6.5" height="9" fill="${hex(speedColour(i / 23))}"/>`,
  ).join("");
  return (
    cells +
    text(right - 150, 78, formatNumber(low), "start", 12) +
    text(right, 78, formatNumber(high), "end", 12) +
    text(right - 75, 49, `mean speed [${unit}]`, "middle", 12)
  );
}
