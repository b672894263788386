/**
 * The section of single tracks: lineage trees, a point for each track, a table. A click on any of them shows
 * the track in the picture.
 */
import type { Statistics } from "../analyse/analyse.js";
import { formatNumber } from "../core/wording.js";
import { palette } from "../draw/colours.js";
import { axisOf } from "../plot/axis.js";
import { fixed, framed } from "../plot/chart.js";
import { layoutLineages, lineagePlot, lineagesLeftOut } from "../plot/lineage.js";
import { html, type Markup, svg } from "../plot/markup.js";
import { timeUnit } from "../plot/quantities.js";
import { tableMarkup } from "./tablemarkup.js";
import type { TrackSelection } from "./trackdata.js";

/** Pages of lineages in the report; the folder of figures has more. */
const maxPages = 4;
/** Rows of the table. */
const maxRows = 200;
/** Of fewer places every track is straight. */
const minSeen = 4;

/**
 * Straightness against mean speed, one point a track.
 *
 * @param chosen indices of the branches that are drawn; all by default
 */
export function trackScatter(
  { branches, units }: Statistics,
  chosen: readonly number[] = Array.from(branches.id, (_, i) => i),
): Markup {
  const shown = chosen.filter(
    (i) =>
      branches.detections[i]! >= minSeen &&
      Number.isFinite(branches.straightness[i]) &&
      Number.isFinite(branches.meanSpeed[i]),
  );
  const x = axisOf(
    shown.map((i) => branches.meanSpeed[i]!),
    { label: `mean speed of the track [${units.speed}]`, include: [0] },
    7,
  );
  const y = axisOf([], { label: "straightness (1: a straight line)", range: [0, 1] });
  const rest = branches.count - shown.length;
  const note =
    `${formatNumber(shown.length)} tracks seen in ${minSeen} frames or ` +
    `more${rest > 0 ? `; ${formatNumber(rest)} are not drawn` : ""}`;
  return framed({ title: "Speed and straightness of tracks", note, x, y }, (at) =>
    shown.map((i) => {
      const [cx, cy] = [at.x(branches.meanSpeed[i]!), at.y(branches.straightness[i]!)];
      return svg`
        <circle data-track="${branches.id[i]}" cx="${fixed(cx)}" cy="${fixed(cy)}" r="3.5"
          fill="${palette[0]}" fill-opacity="0.55"/>`;
    }),
  );
}

/** Trees, points and table for the page. */
export function trackSection(statistics: Statistics, { branches: chosen, of }: TrackSelection): Markup {
  const pages = layoutLineages(statistics);
  const trees = pages
    .slice(0, maxPages)
    .map((page, i) =>
      plot(`lineage tree${i > 0 ? ` ${i + 1}` : ""}`, lineagePlot(page, statistics, i + 1, pages.length)),
    );
  const leftOut = lineagesLeftOut(pages, statistics, maxPages);
  const limit =
    chosen.length < of &&
    ` Of ${formatNumber(of)} tracks ${formatNumber(chosen.length)} can be clicked: those of lineages that ` +
      "divide, then the longest; the plots draw no others.";
  return html`<p class="facts">
      Click a track, or move from one to the next with the arrow keys and press Enter, to see it in the
      picture above; click one in the picture to see it here.${limit}
    </p>
    <div class="plots">${trees}${plot("speed and straightness", trackScatter(statistics, chosen))}</div>
    ${leftOut !== "" && html`<p class="facts">Lineage trees: ${leftOut}</p>`}
    <details>
      <summary>Tracks (${formatNumber(of)})</summary>
      ${trackTable(statistics, chosen)}
    </details>`;
}

/** Focusable, and known to the page by what a reader calls it. */
const plot = (name: string, drawn: Markup): Markup =>
  html`<div class="trackplot" tabindex="0" data-plot="${name}">${drawn}</div>`;

function trackTable({ branches, units }: Statistics, chosen: readonly number[]): Markup {
  const shown = chosen.slice(0, maxRows);
  const numbers = (column: ArrayLike<number>): number[] => shown.map((i) => column[i]!);
  const rows = tableMarkup(
    [
      { header: "track", values: numbers(branches.id) },
      {
        header: "mother",
        values: numbers(branches.parent).map((parent) => (parent === 0 ? "" : String(parent))),
      },
      { header: "generation", values: numbers(branches.generation) },
      { header: "first frame", values: numbers(branches.firstFrame) },
      { header: "last frame", values: numbers(branches.lastFrame) },
      { header: `duration [${timeUnit(units)}]`, values: numbers(branches.duration) },
      { header: `mean speed [${units.speed}]`, values: numbers(branches.meanSpeed) },
      { header: `displacement [${units.length}]`, values: numbers(branches.displacement) },
      { header: "straightness", values: numbers(branches.straightness) },
      { header: `mean area [${units.area}]`, values: numbers(branches.meanArea) },
      { header: "fate", values: shown.map((i) => branches.fate[i]!) },
    ],
    Infinity,
    {
      table: html` data-plot="table"`,
      row: (row) => html` data-track="${branches.id[shown[row]!]}" tabindex="0"`,
    },
  );
  const total = formatNumber(branches.count);
  return html`${rows}
  ${
    shown.length < branches.count &&
    html`<p class="facts">
      ${formatNumber(shown.length)} of ${total} tracks: those of lineages that divide, then the longest;
      tracks.csv has them all.
    </p>`
  }`;
}
