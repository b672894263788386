/** Correcting masks by hand: tools, doubts, edits, objects. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { isLassoOn, labelLayer } from "../state/display.js";
import { command } from "../state/keys.js";
import { project } from "../state/openproject.js";
import { editedLayer } from "../tools/editedlabels.js";
import { deleteLabels } from "../tools/objectactions.js";
import { maskTool } from "../tools/pointertools.js";
import { candidateLayers } from "../tools/shownlayers.js";
import { ToolBar } from "../tools/toolbar.js";
import { addToolCommands } from "../tools/toolcommands.js";
import { drawTools } from "../tools/tooloverlay.js";
import { tool } from "../tools/toolstate.js";
import { ContrastPanel } from "../viewer/contrastpanel.js";
import { LayerPanel } from "../viewer/layerpanel.js";
import { ImageStage } from "./imagestage.js";
import { LinkedTable } from "./linkedtable.js";
import { FrameMark, HistoryPanel, ReviewPanel, toggleReviewed } from "./reviewpanel.js";
import { Panel, WorkFrame } from "./workframe.js";

/** The view. */
export function CorrectView(): JSX.Element {
  useEffect(() => {
    const remove = [
      addToolCommands(),
      command({
        id: "review.frame",
        title: "Mark the frame as looked through",
        group: "Review",
        keys: { karyon: ["Ctrl+Enter"] },
        run: toggleReviewed,
      }),
    ];
    return () => remove.forEach((end) => end());
  }, []);
  const layers = project.value?.labelLayers;
  useEffect(() => {
    if (editedLayer.peek() !== undefined) return;
    labelLayer.value = layers?.labels !== undefined ? "labels" : "annotation";
  }, [layers?.labels, layers?.annotation]);
  const layer = editedLayer.value;
  return (
    <WorkFrame
      label="Correct"
      tools={<ToolBar />}
      image={<Stage />}
      side={<Side />}
      below={
        layer === undefined ? (
          <p class="quiet empty">Show the annotation or the labels to correct them.</p>
        ) : (
          <LinkedTable name={layer} layer={layer} onDelete={(labels) => void deleteLabels(labels)} />
        )
      }
      belowTitle="Objects of this frame"
    />
  );
}

/** What is known of an object would hide what a tool does to it. */
const Stage = (): JSX.Element => (
  <ImageStage
    tool={maskTool}
    overlay={drawTools}
    layers={candidateLayers.value}
    hasHoverCard={tool.value === "select" && !isLassoOn.value}
  />
);

function Side(): JSX.Element {
  return (
    <>
      <Panel title="What is corrected">
        <LayerChoice />
        <FrameMark />
      </Panel>
      <Panel title="To look at">
        <ReviewPanel />
      </Panel>
      <Panel title="Edits">
        <HistoryPanel />
      </Panel>
      <Panel title="Layer" isOpen={false}>
        <LayerPanel />
      </Panel>
      <Panel title="Contrast" isOpen={false}>
        <ContrastPanel />
      </Panel>
    </>
  );
}

const choices = [
  ["annotation", "Annotation (training set)"],
  ["labels", "Labels of the network"],
] as const;

function LayerChoice(): JSX.Element {
  const there = project.value?.labelLayers ?? {};
  if (there.annotation === undefined && there.labels === undefined)
    return <p class="quiet">There is nothing to correct yet: annotate first, or segment with a network.</p>;
  return (
    <div role="radiogroup" aria-label="What is corrected">
      {choices
        .filter(([name]) => there[name] !== undefined)
        .map(([name, title]) => (
          <label key={name} class="block">
            <input
              type="radio"
              name="corrected"
              checked={labelLayer.value === name}
              onChange={() => (labelLayer.value = name)}
            />{" "}
            {title}
          </label>
        ))}
    </div>
  );
}
