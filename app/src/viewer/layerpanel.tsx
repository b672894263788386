/** What lies over the image: which labels, how they are drawn, coloured by what, and tails of tracks. */
import type { JSX } from "preact";
import { annotationColours, hex, speedColour } from "../../../src/draw/colours.js";
import type { StudioTable } from "../../../src/server/messages.js";
import { featureColour } from "../../../src/viewer/featurecolours.js";
import {
  areLabelsShown,
  areOutlinesShown,
  areTracksShown,
  colourBy,
  colourLimits,
  fillOpacity,
  labelCycle,
  labelLayer,
  layersThere,
  onlySelected,
  outlineWidth,
  type ShownLayer,
  tailLength,
} from "../state/display.js";
import { columnOf } from "../state/tables.js";
import { limitsOf, wordsOf } from "./layercolours.js";
import { featuresOf, tableOfLayer } from "./layertable.js";

const titles: Readonly<Record<ShownLayer, string>> = {
  candidates: "Candidates",
  annotation: "Annotation",
  labels: "Nuclei",
  tracks: "Tracks",
  preview: "Preview",
  watch: "Prediction",
};

/** Switches and sliders of the layers. */
export function LayerPanel(): JSX.Element {
  const layer = labelLayer.value;
  const table = tableOfLayer(layer);
  return (
    <details class="viewpanel layerpanel" open>
      <summary>Labels</summary>
      <LayerChoice layer={layer} />
      <Drawing />
      {table !== undefined && table.count > 0 && <Colouring table={table} layer={layer} />}
      {layer === "tracks" && <Tails />}
    </details>
  );
}

function LayerChoice({ layer }: { readonly layer: ShownLayer }): JSX.Element {
  const there: readonly ShownLayer[] = layersThere.value;
  const shown = there.includes(layer) ? there : [...there, layer];
  return (
    <div class="row">
      <label class="grow">
        Show
        <select
          value={layer}
          onChange={({ currentTarget }) => (labelLayer.value = currentTarget.value as ShownLayer)}
        >
          {shown.map((name) => (
            <option key={name} value={name}>
              {titles[name]}
            </option>
          ))}
        </select>
      </label>
      <Switch title="Labels on or off (V)" text="On" shown={areLabelsShown} />
    </div>
  );
}

interface SwitchProps {
  readonly text: string;
  readonly title: string;
  readonly shown: { value: boolean };
}

function Switch({ text, title, shown }: SwitchProps): JSX.Element {
  return (
    <label title={title}>
      <input
        type="checkbox"
        checked={shown.value}
        onChange={({ currentTarget }) => (shown.value = currentTarget.checked)}
      />
      {text}
    </label>
  );
}

function Drawing(): JSX.Element {
  return (
    <>
      <div class="row">
        <Switch title="Outlines on or off (Shift+V)" text="Outlines" shown={areOutlinesShown} />
        <input
          type="range"
          class="grow"
          aria-label="Width of outlines, px"
          min={1}
          max={4}
          step={1}
          value={outlineWidth.value}
          disabled={!areOutlinesShown.value}
          onInput={({ currentTarget }) => (outlineWidth.value = currentTarget.valueAsNumber)}
        />
        <output>{outlineWidth.value} px</output>
      </div>
      <div class="row">
        <label class="grow">
          Fill
          <input
            type="range"
            aria-label="Opacity of fills"
            title="Fill (Shift+F)"
            min={0}
            max={1}
            step={0.05}
            value={fillOpacity.value}
            onInput={({ currentTarget }) => (fillOpacity.value = currentTarget.valueAsNumber)}
          />
          <output>{Math.round(fillOpacity.value * 100)} %</output>
        </label>
      </div>
      <div class="row">
        <Switch title="Hide what is not selected (Q)" text="Only what is selected" shown={onlySelected} />
      </div>
    </>
  );
}

interface ColouringProps {
  readonly table: StudioTable;
  readonly layer: ShownLayer;
}

function Colouring({ table, layer }: ColouringProps): JSX.Element {
  const key = colourBy.value?.key ?? "";
  const column = columnOf(table, key);
  const usual = layer === "candidates" ? "sure or rejected" : layer === "tracks" ? "track" : "label";
  const words = table.columns.filter(
    ({ key: name, values }) => !(values instanceof Float64Array) && name === "cause",
  );
  return (
    <>
      <label class="row">
        Colour by
        <select
          class="grow"
          value={column === undefined ? "" : key}
          onChange={({ currentTarget }) => {
            const chosen = currentTarget.value;
            colourLimits.value = undefined;
            colourBy.value = chosen === "" ? undefined : { key: chosen };
          }}
        >
          <option value="">{usual}</option>
          {[...words, ...featuresOf(table)].map(({ key: name, title, unit }) => (
            <option key={name} value={name}>
              {unit === "" ? title : `${title} [${unit}]`}
            </option>
          ))}
        </select>
      </label>
      {column === undefined ? (
        layer === "candidates" && <FateLegend />
      ) : column.values instanceof Float64Array ? (
        <RampLegend table={table} name={key} />
      ) : (
        <WordLegend words={wordsOf(column.values)} />
      )}
    </>
  );
}

function Swatch({ colour, text }: { readonly colour: string; readonly text: string }): JSX.Element {
  return (
    <li>
      <i class="swatch" style={{ background: colour }} />
      {text}
    </li>
  );
}

function FateLegend(): JSX.Element {
  const { kept, rejected, ignored } = annotationColours;
  return (
    <ul class="legend">
      <Swatch colour={hex(kept)} text="sure" />
      <Swatch colour={hex(rejected)} text="rejected" />
      <Swatch colour={hex(ignored)} text="unknown" />
    </ul>
  );
}

const WordLegend = ({ words }: { readonly words: readonly string[] }): JSX.Element => (
  <ul class="legend">
    {words.map((word, i) => (
      <Swatch key={word} colour={hex(labelCycle[i % labelCycle.length]!)} text={word} />
    ))}
  </ul>
);

const gradient = (colourAt: (at: number) => readonly [number, number, number]): string =>
  `linear-gradient(to right, ${Array.from({ length: 9 }, (_, i) => hex(colourAt(i / 8))).join(", ")})`;
const featureGradient = gradient(featureColour);
const speedGradient = gradient(speedColour);

function RampLegend({ table, name }: { readonly table: StudioTable; readonly name: string }): JSX.Element {
  const { low, high } = limitsOf(table, name);
  const set = (next: readonly [number, number]): void => {
    if (next.every(Number.isFinite) && next[0] < next[1]) colourLimits.value = next;
  };
  const field = (label: string, value: number, take: (value: number) => void): JSX.Element => (
    <input
      type="number"
      class="limit"
      step="any"
      aria-label={label}
      value={String(Number(value.toPrecision(4)))}
      onChange={({ currentTarget }) => take(currentTarget.valueAsNumber)}
    />
  );
  return (
    <div class="ramp">
      <i style={{ background: featureGradient }} />
      <div class="row">
        {field("Value of the first colour", low, (value) => set([value, high]))}
        <button
          type="button"
          class="small"
          disabled={colourLimits.value === undefined}
          onClick={() => (colourLimits.value = undefined)}
        >
          Auto
        </button>
        {field("Value of the last colour", high, (value) => set([low, value]))}
      </div>
    </div>
  );
}

function Tails(): JSX.Element {
  return (
    <>
      <div class="row">
        <Switch title="Tails on or off (T)" text="Tails" shown={areTracksShown} />
        <input
          type="range"
          class="grow"
          aria-label="Length of tails, frames"
          title="Shift+[ and Shift+]"
          min={0}
          max={100}
          value={Math.min(100, tailLength.value)}
          disabled={!areTracksShown.value}
          onInput={({ currentTarget }) => (tailLength.value = currentTarget.valueAsNumber)}
        />
        <output>{tailLength.value} frames</output>
      </div>
      <div class="speedlegend" aria-label="Colours of tails: blue is slow, red is fast">
        slow <i style={{ background: speedGradient }} /> fast
      </div>
    </>
  );
}
