/** Starting, pausing and ending a training. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import type { ProjectState } from "../../../src/server/messages.js";
import { NumberField } from "../parts/numberfield.js";
import { durationText, Progress } from "../parts/progress.js";
import { attempt, tell } from "../state/notices.js";
import { epochs, job, project } from "../state/openproject.js";
import { frame } from "../state/place.js";
import { changeSettings, endWork, isAtWork, startWork, watchPart } from "../state/work.js";
import { visibleWindow } from "./visiblewindow.js";

const efforts = [
  ["quick", "Quick", "2 to 4 min on two cores"],
  ["standard", "Normal", "6 to 10 min"],
  ["thorough", "Thorough", "20 to 30 min"],
] as const;

type Effort = (typeof efforts)[number][0];

/** Whether the chosen network is trained on, and not a new one from the start. */
const isFurther = signal(false);

async function start(now: ProjectState): Promise<void> {
  const chosen = now.models.find(({ isChosen }) => isChosen);
  const from = isFurther.value ? chosen?.folder : undefined;
  if (from !== now.settings["train"]?.["from"]) await changeSettings({ train: { from } });
  const window = visibleWindow();
  epochs.value = [];
  await startWork({
    until: "train",
    retrain: true,
    watch: window === undefined ? undefined : { frame: frame.value, window },
  });
}

/** What training is given, what it does, and what was changed since. */
export function TrainPanel(): JSX.Element | null {
  const now = project.value;
  if (now === undefined) return null;
  return (
    <div class="card train-panel">
      <h2>Train a network</h2>
      <Changed now={now} />
      <Effort now={now} />
      <Buttons now={now} />
      {now.stages.segment.freshness === "missing" || isAtWork() ? undefined : (
        <p class="quiet">
          A training takes the labels and tracks of the network before away; export first what you want to
          keep.
        </p>
      )}
      <Standing />
    </div>
  );
}

/** What the network of now does not know. */
function Changed({ now }: { readonly now: ProjectState }): JSX.Element | null {
  const { annotation } = now.corrections.edits;
  const { freshness, text } = now.stages.train;
  const edits =
    annotation === 0
      ? ""
      : `${annotation} ${annotation === 1 ? "correction" : "corrections"} of the annotation`;
  if (freshness === "missing")
    return (
      <p class="quiet">
        This project has trained no network yet. {edits === "" ? "" : `It will learn from ${edits}.`}
      </p>
    );
  if (freshness === "stale")
    return (
      <p class="stale-note">
        <strong>The training data or options have changed</strong> since this network was trained
        {edits === "" ? "" : `; there are ${edits} in all`}. Train on, or train anew.
      </p>
    );
  return <p class="quiet">{text || "The network knows all there is."}</p>;
}

function Effort({ now }: { readonly now: ProjectState }): JSX.Element {
  const train = now.settings["train"] ?? {};
  const effort = typeof train["effort"] === "string" ? train["effort"] : "standard";
  const steps = typeof train["steps"] === "number" ? train["steps"] : null;
  const isBusy = isAtWork();
  return (
    <fieldset class="plain-set" disabled={isBusy}>
      <legend class="unseen">Effort</legend>
      {efforts.map(([value, title, duration]) => (
        <label key={value} class="choice">
          <input
            type="radio"
            name="effort"
            checked={effort === value}
            onChange={() => attempt(() => changeSettings({ train: { effort: value satisfies Effort } }))}
          />
          <span class="fill">{title}</span>
          <span class="quiet">{duration}</span>
        </label>
      ))}
      <NumberField
        label="At most so many steps"
        value={steps}
        low={1}
        high={1_000_000}
        step={50}
        isWhole
        mayBeEmpty
        isDisabled={isBusy}
        onChange={(value) => attempt(() => changeSettings({ train: { steps: value ?? undefined } }))}
      />
      <label class="choice">
        <input
          type="checkbox"
          checked={isFurther.value}
          disabled={!now.models.some(({ isChosen }) => isChosen)}
          onChange={({ currentTarget }) => (isFurther.value = currentTarget.checked)}
        />
        <span>Train on from the chosen network</span>
      </label>
    </fieldset>
  );
}

function Buttons({ now }: { readonly now: ProjectState }): JSX.Element {
  const work = job.value;
  const isTraining =
    isAtWork(work) && work !== null && "until" in work.request && work.request.until === "train";
  const isStopping = work?.state === "stopping";
  const watch = (): void => {
    const window = visibleWindow();
    if (window === undefined) return tell("Nothing of the image is in view.");
    attempt(() => watchPart({ frame: frame.value, window }));
  };
  const end = (how: "pause" | "finish" | "stop"): void => attempt(() => endWork(how));
  const isPaused = work?.state === "paused" && "until" in work.request && work.request.until === "train";
  if (!isTraining)
    return (
      <div class="row">
        <button
          type="button"
          class="primary"
          disabled={isAtWork(work)}
          onClick={() => attempt(() => start(now))}
        >
          {isPaused
            ? "Go on"
            : isFurther.value
              ? "Train on"
              : now.stages.train.freshness === "missing"
                ? "Train"
                : "Train anew"}
        </button>
      </div>
    );
  return (
    <div class="row">
      <button type="button" disabled={isStopping} onClick={() => end("pause")}>
        Pause
      </button>
      <button
        type="button"
        disabled={isStopping}
        title="Ends with the best network so far"
        onClick={() => end("finish")}
      >
        Finish early
      </button>
      <button
        type="button"
        disabled={isStopping}
        title="Keeps the network of before"
        onClick={() => end("stop")}
      >
        Stop
      </button>
      <button type="button" onClick={watch}>
        Watch this part
      </button>
    </div>
  );
}

/** Epoch, score and time of the training that goes on. */
function Standing(): JSX.Element | null {
  const work = job.value;
  const last = epochs.value.at(-1);
  if (work === null || (!isAtWork(work) && last === undefined)) return null;
  return (
    <>
      {isAtWork(work) ? (
        <Progress
          label={work.message || "Starting"}
          done={work.done}
          total={work.total}
          secondsLeft={work.secondsLeft}
        />
      ) : undefined}
      {last === undefined ? undefined : (
        <dl class="figures">
          <dt>Step</dt>
          <dd>{last.step}</dd>
          <dt>Loss</dt>
          <dd>{last.loss.toPrecision(3)}</dd>
          <dt>Validation</dt>
          <dd>{last.validationLoss?.toPrecision(3) ?? "–"}</dd>
          <dt>Score</dt>
          <dd>{last.score?.toFixed(3) ?? "–"}</dd>
          <dt>Time</dt>
          <dd>{durationText(last.seconds)}</dd>
        </dl>
      )}
    </>
  );
}
