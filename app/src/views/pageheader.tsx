/** The head of the page: views, what is open, how far its stages are, the work that goes on. */
import type { JSX } from "preact";
import type { Freshness, ProjectState, StageState } from "../../../src/server/messages.js";
import { Menu } from "../parts/menu.js";
import { Progress } from "../parts/progress.js";
import { chordText } from "../state/chords.js";
import { commands, keysOf } from "../state/keys.js";
import { attempt } from "../state/notices.js";
import { isConnected, job, project } from "../state/openproject.js";
import { overlay, viewTitles } from "../state/pagecommands.js";
import { view, views } from "../state/place.js";
import { theme, themes } from "../state/theme.js";
import { endWork, isAtWork } from "../state/work.js";

/** The stages that people ask about. */
const shownStages: readonly (readonly [keyof ProjectState["stages"], string])[] = [
  ["annotate", "Annotated"],
  ["train", "Trained"],
  ["segment", "Segmented"],
  ["track", "Tracked"],
  ["analyse", "Measured"],
];

const words: Readonly<Record<Freshness, string>> = { missing: "not yet", fresh: "done", stale: "stale" };
const signs: Readonly<Record<Freshness, string>> = { missing: "○", fresh: "✓", stale: "↻" };

/** All of it; `saving` says whether edits are on their way. */
export function PageHeader({ saving }: { readonly saving: string }): JSX.Element {
  return (
    <>
      <header class="bar">
        <h1>Karyon Studio</h1>
        <ViewButtons />
        <span class="what" title={project.value?.out}>
          {project.value?.name}
        </span>
        <Stages />
        <div class="end">
          {project.value === undefined ? undefined : (
            <>
              <span class="quiet" role="status">
                {saving}
              </span>
              <button type="button" onClick={() => (overlay.value = "configuration")}>
                karyon.yaml
              </button>
            </>
          )}
          <Menu
            label={`Colours: ${theme.value}`}
            items={themes.map((name) => ({
              title: name === "auto" ? "As the system" : name === "light" ? "Light" : "Dark",
              isChosen: theme.value === name,
              run: () => (theme.value = name),
            }))}
          >
            ◐
          </Menu>
          <button
            type="button"
            aria-label="All keys"
            title="All keys (?)"
            onClick={() => (overlay.value = "keys")}
          >
            ?
          </button>
        </div>
      </header>
      <Work />
      {project.value !== undefined && !isConnected.value ? (
        <p class="banner" role="alert">
          The studio's server does not answer; this page goes on when it does. If it was ended, start karyon
          studio again and open the address that it prints. All that was saved is there.
        </p>
      ) : undefined}
    </>
  );
}

function Stages(): JSX.Element | null {
  const stages = project.value?.stages;
  if (stages === undefined) return null;
  return (
    <ul class="stages" aria-label="Stages">
      {shownStages.map(([name, title]) => {
        const { freshness, text }: StageState = stages[name];
        const stale = freshness === "stale" ? "Made before the last change. " : "";
        return (
          <li key={name} class={`chip ${freshness}`} title={`${stale}${text}`}>
            <span aria-hidden="true">{signs[freshness]} </span>
            {title}
            {freshness === "stale" ? ": stale" : <span class="unseen">: {words[freshness]}</span>}
          </li>
        );
      })}
    </ul>
  );
}

/** The work that goes on, or why it ended. */
function Work(): JSX.Element | null {
  const now = job.value;
  if (now?.state === "failed")
    return (
      <div class="jobbar" role="alert">
        <span class="bad fill">{now.error}</span>
        <button type="button" aria-label="Dismiss" onClick={() => (job.value = null)}>
          ×
        </button>
      </div>
    );
  if (now === null || !isAtWork(now)) return null;
  const isStopping = now.state === "stopping";
  return (
    <div class="jobbar" aria-label="Work">
      <Progress
        label={isStopping ? "Stopping" : stageText(now.stage)}
        done={now.done}
        total={now.total}
        secondsLeft={now.secondsLeft}
      />
      <span class="quiet fill">{now.message}</span>
      <button type="button" disabled={isStopping} onClick={() => attempt(() => endWork("stop"))}>
        Stop
      </button>
    </div>
  );
}

const stageTexts: Readonly<Record<string, string>> = {
  "": "Starting",
  annotate: "Annotating",
  train: "Training",
  segment: "Segmenting",
  track: "Tracking",
  analyse: "Measuring",
  export: "Exporting",
  figures: "Drawing figures",
  report: "Writing the report",
};
const stageText = (stage: string): string => stageTexts[stage] ?? stage;

function ViewButtons(): JSX.Element {
  return (
    <nav aria-label="Views">
      {views.map((name) => {
        const known = commands.value.find(({ id }) => id === `page.${name}`);
        return (
          <button
            key={name}
            type="button"
            aria-current={view.value === name ? "page" : undefined}
            disabled={name !== "open" && project.value === undefined}
            title={known && keysOf(known).map(chordText).join(", ")}
            onClick={() => (view.value = name)}
          >
            {viewTitles[name]}
          </button>
        );
      })}
    </nav>
  );
}
