/** What is known of the object below the pointer, beside it. */
import type { JSX } from "preact";
import type { StudioTable } from "../../../src/server/messages.js";
import { colourBy, labelLayer, type ShownLayer } from "../state/display.js";
import { frame, hovered } from "../state/place.js";
import { columnOf, numbers } from "../state/tables.js";
import { objectNames, rowOf, tableOfLayer, valueText, wordAt } from "./layertable.js";
import { pointerOnPage } from "./viewpointer.js";

/** Features that are shown first, in this order. */
const first = [
  "track",
  "kept",
  "score",
  "area",
  "diameter",
  "mean_intensity",
  "intensity_over_background",
  "speed",
];
/** They stand in the heading, or help nobody here. */
const hidden = new Set([
  ...[
    "frame",
    "candidate",
    "label",
    "y",
    "x",
    "cause",
    "reason",
    "kept",
    "spot",
    "parent_spot",
    "mask_label",
  ],
  ...["touches_edge", "orientation", "orientation_rad", "velocity_y", "velocity_x", "link_margin"],
]);
/** Rows of the card. */
const most = 9;

function rowsOf(table: StudioTable, row: number): readonly (readonly [title: string, text: string])[] {
  const chosen = colourBy.value?.key;
  const order = [...(chosen === undefined ? [] : [chosen]), ...first];
  const rank = (key: string): number => (order.includes(key) ? order.indexOf(key) : order.length);
  return table.columns
    .filter(({ key }) => !hidden.has(key))
    .toSorted((a, b) => rank(a.key) - rank(b.key))
    .slice(0, most)
    .map((column) => [column.title, valueText(column, row)] as const);
}

/** Sure or rejected, and why; "" for layers that know no such thing. */
function fateOf(table: StudioTable, layer: ShownLayer, row: number): string {
  if (layer !== "candidates" || columnOf(table, "kept") === undefined) return "";
  if (numbers(table, "kept")[row] === 1) return "sure";
  const reason = wordAt(table, "reason", row) || wordAt(table, "cause", row);
  return reason === "" ? "rejected" : `rejected: ${reason}`;
}

/** Nothing where the pointer is over no object. */
export function HoverCard(): JSX.Element | null {
  const label = hovered.value;
  if (label <= 0) return null;
  const layer = labelLayer.value;
  const table = tableOfLayer(layer);
  const row = table === undefined ? -1 : rowOf(table, layer, frame.value, label);
  const fate = table === undefined || row < 0 ? "" : fateOf(table, layer, row);
  const { y, x } = pointerOnPage.value;
  const isRight = x > innerWidth - 280;
  const isLow = y > innerHeight - 300;
  return (
    <div
      class="hovercard"
      role="tooltip"
      style={{
        [isRight ? "right" : "left"]: `${isRight ? innerWidth - x + 18 : x + 18}px`,
        [isLow ? "bottom" : "top"]: `${isLow ? innerHeight - y + 12 : y + 18}px`,
      }}
    >
      <b>
        {objectNames[layer]} {label}
      </b>
      {fate !== "" && <p class={fate === "sure" ? "sure" : "rejected"}>{fate}</p>}
      {table !== undefined && row >= 0 && (
        <dl>
          {rowsOf(table, row).map(([title, text]) => (
            <div key={title}>
              <dt>{title}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
