/** Lineage trees: time to the right, a line for each branch, a fork for each division. */
import type { Statistics } from "../analyse/analyse.js";
import { countedInGroups, formatNumber } from "../core/wording.js";
import { hex, speedColour } from "../draw/colours.js";
import { type SpeedRange, speedRange } from "../draw/trackoverlay.js";
import { axisOf } from "./axis.js";
import { drawing, fixed, heading, ink, text } from "./chart.js";
import { type Markup, svg } from "./markup.js";
import { timeAxis } from "./quantities.js";

/** A branch with the row it is drawn in. */
export interface PlacedBranch {
  /** Index in the branch table. */
  readonly branch: number;
  /** 0 at the top; a mother lies in the middle between her daughters. */
  readonly row: number;
  /** Rows of the daughters, ascending; empty where it does not divide. */
  readonly fork: readonly number[];
}

/** Lineages that are drawn together. */
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
/** Ends of the axis of time, and the distance of two rows, px of the figure. */
const [left, right, rowHeight] = [52, width - 30, 11];
/** Of the first row, px of the figure. */
const top = 92;

/** Drawing of a mark at (x, y) for how a branch ends; a division shows as the fork. */
const marks: Readonly<Record<string, (x: number, y: number) => Markup>> = {
  "end of movie": (x, y) =>
    svg`<path d="M${fixed(x)} ${fixed(y - 4)}V${fixed(y + 4)}" stroke="${ink}" stroke-width="2"/>`,
  "at border": (x, y) => svg`
    <rect x="${fixed(x - 3)}" y="${fixed(y - 3)}" width="6" height="6"
      fill="#ffffff" stroke="${ink}" stroke-width="1.4"/>`,
  lost: (x, y) => svg`
    <path d="M${fixed(x - 3)} ${fixed(y - 3)}l6 6m0 -6l-6 6"
      fill="none" stroke="${ink}" stroke-width="1.8"/>`,
  died: (x, y) => svg`<path d="M${fixed(x)} ${fixed(y - 4.5)}l4.5 4.5l-4.5 4.5l-4.5 -4.5Z" fill="${ink}"/>`,
};

/** Where frames and rows lie in the figure, and the speeds at the ends of the colours. */
interface Layout {
  readonly x: (frame: number) => number;
  readonly y: (row: number) => number;
  readonly range: SpeedRange;
}

/**
 * One page as an SVG. Branches carry `data-track`, by which the report finds them.
 *
 * @param number of the page, from 1
 */
export function lineagePlot(page: LineagePage, statistics: Statistics, number = 1, pages = 1): Markup {
  const { branches, units, summary } = statistics;
  const axis = axisOf(
    [],
    {
      label: timeAxis(units),
      range: [0, Math.max(1, summary.frames - 1) * units.perFrame],
      whole: units.time !== "min",
    },
    7,
  );
  const bottom = Math.ceil(top + page.rows * rowHeight);
  const height = bottom + 52;
  const along = (value: number): number => left + axis.position(value) * (right - left);
  const layout: Layout = {
    x: (frame) => along(frame * units.perFrame),
    y: (row) => top + (row + 0.5) * rowHeight,
    range: speedRange(statistics),
  };
  const grid = axis.ticks.map(
    (tick, i) => svg`
      <path d="M${fixed(along(tick))} ${top}V${bottom + 6}" stroke="#e4e4e4"/>
      ${text(axis.tickLabels[i]!, { x: along(tick), y: bottom + 22, size: 14, anchor: "middle" })}`,
  );
  const ends = new Set(page.branches.map(({ branch }) => branches.fate[branch]!));
  const title = `Lineages${pages > 1 ? `, page ${number} of ${pages}` : ""}`;
  const note = `${countedInGroups(page.lineages, "lineage")}; numbers are those of their first tracks`;
  return drawing(
    title,
    { width, height },
    svg`
      ${heading(title, note, left)}
      ${fateLegend(ends)}
      ${colourBar(layout.range, units.speed)}
      ${grid}
      <path d="M${left} ${bottom}H${right}" stroke="${ink}"/>
      ${page.branches.map((placed) => drawBranch(placed, statistics, layout))}
      ${text(axis.label, { x: (left + right) / 2, y: height - 8, size: 15, anchor: "middle" })}`,
  );
}

function drawBranch(
  { branch, row, fork }: PlacedBranch,
  { branches }: Statistics,
  { x, y, range: { low, high } }: Layout,
): Markup {
  const [id, parent, fate] = [branches.id[branch]!, branches.parent[branch]!, branches.fate[branch]!];
  // A daughter's line begins at the fork.
  const from = x(parent > 0 ? branches.lastFrame[parent - 1]! : branches.firstFrame[branch]!);
  const [to, at] = [x(branches.lastFrame[branch]!), y(row)];
  const speed = branches.meanSpeed[branch]!;
  const colour = Number.isNaN(speed) ? "#999999" : hex(speedColour((speed - low) / (high - low)));
  const line = `M${fixed(from)} ${fixed(at)}H${fixed(Math.max(to, from + 0.1))}`;
  const across = fork.length > 1 ? `M${fixed(to)} ${fixed(y(fork[0]!))}V${fixed(y(fork.at(-1)!))}` : "";
  const number = { x: from - 7, y: at + 3.5, size: 10, anchor: "end", style: svg`fill="#666666"` } as const;
  // The dark rim lets the pale colours of middle speeds be seen on white; the broad clear line is easy to
  // hit.
  return svg`
    <g class="pick" data-track="${id}">
      <path d="${line}" stroke="#000000" stroke-opacity="0" stroke-width="${rowHeight}"/>
      <path class="line" d="${across}${line}"
        fill="none" stroke="#444444" stroke-width="4.4" stroke-linecap="square"/>
      <path d="${line}" stroke="${colour}" stroke-width="3"/>
      ${fork.length < 2 && marks[fate]?.(to, at)}
      ${parent === 0 && text(String(id), number)}
    </g>`;
}

function fateLegend(ends: ReadonlySet<string>): Markup[] {
  let x = left + 6;
  return Object.entries(marks)
    .filter(([fate]) => ends.has(fate))
    .map(([fate, mark]) => {
      const entry = svg`${mark(x, 67)}${text(fate, { x: x + 11, y: 71.5, size: 13 })}`;
      x += 11 + 7 * fate.length + 20;
      return entry;
    });
}

function colourBar({ low, high }: SpeedRange, unit: string): Markup {
  const cells = Array.from({ length: 24 }, (_, i) => {
    const x = fixed(right - 150 + i * 6.25);
    return svg`<rect x="${x}" y="55" width="6.5" height="9" fill="${hex(speedColour(i / 23))}"/>`;
  });
  return svg`
    ${cells}
    ${text(formatNumber(low), { x: right - 150, y: 78, size: 12 })}
    ${text(formatNumber(high), { x: right, y: 78, size: 12, anchor: "end" })}
    ${text(`mean speed [${unit}]`, { x: right - 75, y: 49, size: 12, anchor: "middle" })}`;
}
