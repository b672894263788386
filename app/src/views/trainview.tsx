/** Training a network, and networks side by side. */
import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { EpochRecord } from "../../../src/server/messages.js";
import { LineChart, type ChartLine } from "../parts/linechart.js";
import { areLabelsShown } from "../state/display.js";
import { job, project } from "../state/openproject.js";
import { frame } from "../state/place.js";
import { curves, loadCurve, ownEpochs, watched } from "../state/training.js";
import { isAtWork } from "../state/work.js";
import { ImageView } from "../viewer/imageview.js";
import { TimeSlider } from "../viewer/timeslider.js";
import { windowPlane } from "../viewer/windowplane.js";
import type { ShownLabels } from "../viewer/viewscene.js";
import { ModelTable, overlaid } from "./modeltable.js";
import { TrainPanel } from "./trainpanel.js";

const isLogarithmic = signal(true);

/** Labels of the watched part as a layer; none in other frames. */
const watchLayers = computed<readonly ShownLabels[] | undefined>(() => {
  const seen = watched.value;
  const now = project.value;
  if (seen === undefined || now === undefined || !areLabelsShown.value) return undefined;
  const [height, width] = now.sizes[now.kind === "movie" ? 0 : seen.frame] ?? now.sizes[0]!;
  if (frame.value !== seen.frame) return [];
  return [{ plane: windowPlane({ height, width }, seen.window, seen.labels) }];
});

/** Controls at the left, the watched part in the middle, curves and networks at the right. */
export function TrainView(): JSX.Element {
  useEffect(() => {
    if (project.value?.models.some(({ isOwn }) => isOwn)) loadCurve("model");
  }, [project.value?.models]);
  return (
    <section class="train-view" aria-label="Train">
      <aside class="train-side">
        <TrainPanel />
      </aside>
      <div class="train-image">
        <div class="stage">
          <ImageView layers={watchLayers.value} />
        </div>
        <WatchNote />
        <TimeSlider />
      </div>
      <div class="train-curves">
        <Curves />
        <ModelTable />
      </div>
    </section>
  );
}

function WatchNote(): JSX.Element {
  const seen = watched.value;
  const work = job.value;
  const isTraining =
    isAtWork(work) && work !== null && "until" in work.request && work.request.until === "train";
  const found = useMemo(() => new Set(seen?.labels).size - Number(seen?.labels.includes(0) ?? 0), [seen]);
  const text =
    seen !== undefined
      ? `The network after ${seen.step} steps, frame ${seen.frame + 1}: ${foundText(found, isTraining)}.`
      : isTraining
        ? "The first prediction comes after some steps."
        : "While a network is trained, what it makes of the watched part is drawn here.";
  return (
    <p class="quiet watch-note" role="status">
      {text}
    </p>
  );
}

function foundText(found: number, isTraining: boolean): string {
  if (found > 0) return `${found} ${found === 1 ? "nucleus" : "nuclei"} in the watched part`;
  return isTraining ? "nothing is found yet; the first outlines come later" : "nothing is found";
}

interface DrawnCurves {
  /** Steps of all networks together, ascending. */
  readonly x: readonly number[];
  readonly losses: readonly ChartLine[];
  /** Of the own network; empty where none was taken. */
  readonly scores: readonly ChartLine[];
}

/** The own network and those that are laid over it. */
function drawnCurves(): DrawnCurves {
  const own = ownEpochs();
  const there = new Set(project.value?.models.map(({ name }) => name));
  const names = [...overlaid.value].filter((name) => name !== "model" && there.has(name));
  for (const name of names) loadCurve(name);
  const all = [
    { name: "", records: own },
    ...names.map((name) => ({ name: `${name}: `, records: curves.value[name] ?? [] })),
  ];
  const x = [...new Set(all.flatMap(({ records }) => records.map(({ step }) => step)))].sort((a, b) => a - b);
  const along = (
    records: readonly EpochRecord[],
    key: "loss" | "validationLoss" | "score",
  ): (number | null)[] => {
    const byStep = new Map(records.map((record) => [record.step, record[key]]));
    return x.map((step) => byStep.get(step) ?? null);
  };
  const losses = all.flatMap(({ name, records }, index): ChartLine[] => [
    { title: `${name}loss`, values: along(records, "loss"), colour: 2 * index, isDashed: true },
    { title: `${name}validation`, values: along(records, "validationLoss"), colour: 2 * index + 1 },
  ]);
  const score = along(own, "score");
  const scores = score.some((value) => value !== null) ? [{ title: "score", values: score, colour: 2 }] : [];
  return { x, losses, scores };
}

function Curves(): JSX.Element {
  const { x, losses, scores } = drawnCurves();
  return (
    <div class="card curves">
      <div class="row">
        <h2 class="fill">Curves</h2>
        <label>
          <input
            type="checkbox"
            checked={isLogarithmic.value}
            onChange={({ currentTarget }) => (isLogarithmic.value = currentTarget.checked)}
          />{" "}
          logarithmic
        </label>
      </div>
      {x.length === 0 ? (
        <p class="quiet">Loss and validation appear here with the first epoch.</p>
      ) : (
        <div class="curve">
          <LineChart
            label="Loss"
            x={x}
            xTitle="step"
            yTitle="loss"
            lines={losses}
            isLogarithmic={isLogarithmic.value}
          />
        </div>
      )}
      {scores.length === 0 ? undefined : (
        <div class="curve small">
          <LineChart label="Score" x={x} xTitle="step" yTitle="score (F1)" range={[0, 1]} lines={scores} />
        </div>
      )}
    </div>
  );
}
