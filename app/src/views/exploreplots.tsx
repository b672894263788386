/** Plots of the chosen table, linked with the image. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { StudioTable, TableColumn } from "../../../src/server/messages.js";
import { frameCourse } from "../parts/framecourse.js";
import { Histogram, type Limits } from "../parts/histogram.js";
import { rampColour } from "../parts/chartcolours.js";
import { LineChart } from "../parts/linechart.js";
import { axisLabel } from "../parts/plotaxes.js";
import { Scatter } from "../parts/scatter.js";
import { chooseRows, chosenRows } from "../state/explored.js";
import { frame } from "../state/place.js";
import { columnOf, numbers } from "../state/tables.js";
import { featuresOf } from "../viewer/layertable.js";

const axes = signal<Readonly<Record<"x" | "y" | "colour" | "course" | "distribution", string>>>({
  x: "area",
  y: "intensity",
  colour: "frame",
  course: "speed",
  distribution: "area",
});

/** The chosen column, or the first that is like it. */
function columnFor(table: StudioTable, which: keyof typeof axes.value): TableColumn | undefined {
  const features = featuresOf(table);
  const wanted = axes.value[which];
  return (
    (wanted === "frame" ? columnOf(table, "frame") : undefined) ??
    features.find(({ key }) => key === wanted) ??
    features.find(({ key }) => key.includes(wanted)) ??
    features.filter(({ key }) => key !== "y" && key !== "x")[which === "y" ? 1 : 0] ??
    features[0]
  );
}

const numbersIn = (column: TableColumn | undefined): Float64Array =>
  column?.values instanceof Float64Array ? column.values : new Float64Array(0);

/** Which column an axis shows. */
function ColumnChoice(props: {
  readonly table: StudioTable;
  readonly which: keyof typeof axes.value;
  readonly label: string;
}): JSX.Element {
  const { table, which, label } = props;
  const frames = columnOf(table, "frame");
  const columns = [...(frames === undefined ? [] : [frames]), ...featuresOf(table)];
  return (
    <label class="column-choice">
      {label}{" "}
      <select
        value={columnFor(table, which)?.key}
        onChange={({ currentTarget }) => (axes.value = { ...axes.value, [which]: currentTarget.value })}
      >
        {columns.map(({ key, title, unit }) => (
          <option key={key} value={key}>
            {axisLabel(title, unit)}
          </option>
        ))}
      </select>
    </label>
  );
}

const rampGradient = `linear-gradient(to right, ${[0, 0.25, 0.5, 0.75, 1]
  .map((at) => `rgb(${rampColour(at).join(" ")})`)
  .join(", ")})`;

/** What the colours of the points stand for. */
function ColourRange({ values }: { readonly values: Float64Array }): JSX.Element {
  const ends = useMemo(() => {
    const known = values.filter((value) => Number.isFinite(value));
    return known.length === 0
      ? []
      : [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))];
  }, [values]);
  const [low, high] = ends.map((value) => String(Number(value.toPrecision(3))));
  return (
    <span class="colour-range quiet" aria-label={`Colours from ${low ?? "–"} to ${high ?? "–"}`} role="img">
      {low} <i style={{ background: rampGradient }} /> {high}
    </span>
  );
}

/** Two columns against each other; a lasso chooses. */
export function ScatterPanel({ table }: { readonly table: StudioTable }): JSX.Element {
  const [x, y, colour] = [columnFor(table, "x"), columnFor(table, "y"), columnFor(table, "colour")];
  return (
    <div class="plot-panel">
      <div class="row">
        <ColumnChoice table={table} which="x" label="Across" />
        <ColumnChoice table={table} which="y" label="Up" />
        <ColumnChoice table={table} which="colour" label="Colour" />
        <ColourRange values={numbersIn(colour)} />
        <span class="quiet">Drag a lasso around points, or click one; Shift adds.</span>
      </div>
      <div class="plot fill">
        <Scatter
          label="Scatter plot"
          x={{ values: numbersIn(x), title: x?.title ?? "", unit: x?.unit ?? "" }}
          y={{ values: numbersIn(y), title: y?.title ?? "", unit: y?.unit ?? "" }}
          colour={numbersIn(colour)}
          selection={chosenRows.value}
          onSelect={(rows) => chooseRows(rows)}
        />
      </div>
    </div>
  );
}

/** Counts and a median over the frames; a click goes to the frame. */
export function CoursePanel({ table }: { readonly table: StudioTable }): JSX.Element {
  const column = columnFor(table, "course");
  const course = useMemo(() => frameCourse(numbers(table, "frame"), numbersIn(column)), [table, column]);
  const counts = useMemo(() => [{ title: "nuclei", values: course.counts }], [course]);
  const medians = useMemo(
    () => [{ title: `median ${column?.title ?? ""}`, values: course.medians, colour: 1 }],
    [course],
  );
  const pick = (index: number): void => {
    frame.value = course.frames[index] ?? frame.value;
  };
  if (course.frames.length === 0)
    return <p class="quiet">Tracks have no frame; look at their nuclei instead.</p>;
  return (
    <div class="plot-panel">
      <div class="fill course">
        <LineChart
          label="Nuclei in each frame"
          x={course.frames}
          xTitle="frame"
          yTitle="nuclei"
          lines={counts}
          onPick={pick}
        />
      </div>
      <div class="row">
        <ColumnChoice table={table} which="course" label="Median of" />
        <span class="quiet">A click goes to the frame.</span>
      </div>
      <div class="fill course">
        <LineChart
          label="Median in each frame"
          x={course.frames}
          xTitle="frame"
          yTitle={axisLabel(column?.title ?? "", column?.unit ?? "")}
          lines={medians}
          onPick={pick}
        />
      </div>
    </div>
  );
}

const limits = signal<Limits>({ low: null, high: null });

/** How a column is distributed; limits choose the rows between them. */
export function DistributionPanel({ table }: { readonly table: StudioTable }): JSX.Element {
  const column = columnFor(table, "distribution");
  const values = numbersIn(column);
  const choose = (next: Limits): void => {
    limits.value = next;
    const rows: number[] = [];
    values.forEach((value, row) => {
      if (value >= (next.low ?? -Infinity) && value <= (next.high ?? Infinity)) rows.push(row);
    });
    chooseRows(new Set(next.low === null && next.high === null ? [] : rows));
  };
  return (
    <div class="plot-panel">
      <div class="row">
        <ColumnChoice table={table} which="distribution" label="Of" />
        <span class="quiet">Drag the limits: what lies between them is selected.</span>
      </div>
      <Histogram
        key={column?.key}
        title={column?.title ?? ""}
        unit={column?.unit ?? ""}
        values={values}
        limits={limits.value}
        onLimits={choose}
      />
    </div>
  );
}
