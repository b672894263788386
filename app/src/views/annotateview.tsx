/** Finding nuclei without a network: options with what they make of the visible part at once. */
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { ProjectState, StudioTable } from "../../../src/server/messages.js";
import { sendJson } from "../api/request.js";
import { Histogram } from "../parts/histogram.js";
import { labelLayer, type ShownLayer } from "../state/display.js";
import { job, project, projectPath } from "../state/openproject.js";
import { hovered } from "../state/place.js";
import { numbers, tableOf } from "../state/tables.js";
import {
  certaintyAt,
  draft,
  fateColours,
  isPreviewing,
  keepPreviewing,
  preview,
  previewLayer,
  reasonOf,
  sensitivityAt,
  setDraft,
} from "../tools/annotationpreview.js";
import { drawTools } from "../tools/tooloverlay.js";
import { LayerPanel } from "../viewer/layerpanel.js";
import { ContrastPanel } from "../viewer/contrastpanel.js";
import { AnnotateOptionsForm } from "./annotateoptions.js";
import { ImageStage } from "./imagestage.js";
import { LinkedTable } from "./linkedtable.js";
import { RunButton } from "./runbutton.js";
import { Panel, WorkFrame } from "./workframe.js";

/** The view. */
export function AnnotateView(): JSX.Element {
  useEffect(() => {
    const before = labelLayer.peek();
    draft.value = { ...project.peek()?.config.annotate };
    labelLayer.value = "preview";
    const end = keepPreviewing();
    return () => {
      end();
      if (labelLayer.peek() === "preview") labelLayer.value = isThere(before) ? before : "candidates";
    };
  }, [project.value?.id]);
  // What came out of the job is looked at, until an option is changed again.
  const finished = project.value?.stages.annotate.finished;
  const isRunning = job.value?.state === "running";
  useEffect(() => {
    if (finished !== undefined && finished !== "" && !isRunning && wasStarted) {
      wasStarted = false;
      labelLayer.value = "candidates";
    }
  }, [finished, isRunning]);
  const isPreview = labelLayer.value === "preview";
  return (
    <WorkFrame
      label="Annotate"
      image={
        <ImageStage
          {...(isPreview ? { layers: previewLayer.value, hasHoverCard: false } : {})}
          overlay={drawTools}
        />
      }
      side={<Side />}
      below={<LinkedTable name="candidates" layer="candidates" />}
      belowTitle="Candidates of the annotation"
    />
  );
}

let wasStarted = false;
const isThere = (layer: ShownLayer): boolean =>
  layer !== "preview" && layer !== "watch" && project.peek()?.labelLayers[layer] !== undefined;

function Side(): JSX.Element {
  return (
    <>
      <Panel title="Options">
        <AnnotateOptionsForm />
        <PreviewLine />
      </Panel>
      <Panel title="Annotation">
        <RunButton
          title="Annotate all"
          until="annotate"
          isPrimary
          before={async () => {
            wasStarted = true;
            await saveDraft();
          }}
        />
        <Shown />
      </Panel>
      <Distributions />
      <Panel title="Layer" isOpen={false}>
        <LayerPanel />
      </Panel>
      <Panel title="Contrast" isOpen={false}>
        <ContrastPanel />
      </Panel>
    </>
  );
}

/** Puts the options into the project. */
async function saveDraft(): Promise<void> {
  const config = { annotate: { ...cleared(), ...draft.value } };
  project.value = await sendJson<ProjectState>("PATCH", projectPath.value, { config });
}

/** Options that were set before and are no longer: null takes them out. */
const cleared = (): Record<string, null> =>
  Object.fromEntries(
    Object.keys(project.value?.config.annotate ?? {})
      .filter((key) => !(key in draft.value))
      .map((key) => [key, null]),
  );

/** Preview or annotation. */
function Shown(): JSX.Element {
  const layers = (["preview", "candidates", "annotation"] as const).filter(
    (layer) => layer === "preview" || project.value?.labelLayers[layer] !== undefined,
  );
  return (
    <div class="row" role="radiogroup" aria-label="What is shown">
      {layers.map((layer) => (
        <label key={layer}>
          <input
            type="radio"
            name="shown"
            checked={labelLayer.value === layer}
            onChange={() => (labelLayer.value = layer)}
          />{" "}
          {layer}
        </label>
      ))}
    </div>
  );
}

function PreviewLine(): JSX.Element {
  const answer = preview.value?.answer;
  const kept = answer === undefined ? 0 : numbers(answer.objects, "kept").reduce((sum, is) => sum + is, 0);
  return (
    <>
      <p class="quiet" role="status">
        {answer === undefined
          ? isPreviewing.value
            ? "Looking at the visible part …"
            : "No preview yet."
          : `${kept} of ${answer.objects.count} candidates kept in ${answer.window.width} x ${
              answer.window.height
            } px, ${Math.round(answer.milliseconds)} ms${isPreviewing.value ? " …" : ""}`}
      </p>
      <div class="legend">
        {(["sure", "unknown", "rejected"] as const).map((fate) => (
          <span key={fate}>
            <i style={{ background: `rgb(${fateColours[fate].join(" ")})` }} />
            {fate}
          </span>
        ))}
      </div>
      <p class="reason" aria-live="polite">
        {labelLayer.value === "preview" ? reasonOf(hovered.value) : ""}
      </p>
    </>
  );
}

/** How areas and certainties are distributed: of the preview, or of the annotation while that is shown. */
function Distributions(): JSX.Element {
  const annotated = tableOf("candidates").value;
  const table = labelLayer.value === "preview" ? preview.value?.answer.objects : annotated;
  const { areas, scores } = useMemo(() => columnsOf(table), [table]);
  if (areas.length === 0) return <></>;
  const { minArea = null, maxArea = null, sensitivity } = draft.value;
  const least = certaintyAt(sensitivity ?? 1);
  return (
    <Panel title="Distributions">
      <Histogram
        title="Area"
        unit="px"
        values={areas}
        limits={{ low: minArea, high: maxArea }}
        onLimits={({ low, high }) =>
          setDraft({ minArea: low === null ? undefined : Math.max(1, low), maxArea: high ?? undefined })
        }
      />
      <Histogram
        title="Certainty"
        unit=""
        values={scores}
        ends={[0, 1]}
        isOneSided
        limits={{ low: least, high: null }}
        onLimits={({ low }) =>
          setDraft({ sensitivity: low === null ? undefined : Number(sensitivityAt(low).toFixed(2)) })
        }
      />
    </Panel>
  );
}

const columnsOf = (
  table: StudioTable | undefined,
): { readonly areas: Float64Array; readonly scores: Float64Array } => ({
  areas: table === undefined ? new Float64Array(0) : numbers(table, "area"),
  scores: table === undefined ? new Float64Array(0) : numbers(table, "score"),
});
