/** Segmenting and tracking a movie, and changing its tracks by hand. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Tabs } from "../parts/tabs.js";
import { labelLayer } from "../state/display.js";
import { job, project } from "../state/openproject.js";
import { drawRings } from "../tools/tooloverlay.js";
import { UndoButtons, ToolButton } from "../tools/toolbar.js";
import { addTrackCommands, links, marked, markedFor, trackChanges } from "../tools/trackactions.js";
import { ContrastPanel } from "../viewer/contrastpanel.js";
import { LayerPanel } from "../viewer/layerpanel.js";
import { DivisionGallery } from "./divisiongallery.js";
import { ImageStage } from "./imagestage.js";
import { LineageTree } from "./lineageview.js";
import { LinkedTable } from "./linkedtable.js";
import { HistoryPanel, ReviewPanel } from "./reviewpanel.js";
import { RunButton } from "./runbutton.js";
import { Panel, WorkFrame } from "./workframe.js";

const below = signal<"divisions" | "nuclei">("divisions");

/** The view. */
export function TrackView(): JSX.Element {
  useEffect(addTrackCommands, []);
  const there = project.value?.labelLayers;
  useEffect(() => {
    if (there?.tracks !== undefined) labelLayer.value = "tracks";
    else if (there?.labels !== undefined) labelLayer.value = "labels";
  }, [project.value?.id, there?.tracks !== undefined, there?.labels !== undefined]);
  return (
    <WorkFrame
      label="Segment and track"
      tools={<TrackBar />}
      image={<ImageStage overlay={drawRings} />}
      side={<Side />}
      below={
        <Tabs
          label="Tables"
          tabs={[
            { key: "divisions", title: "Divisions and repairs" },
            { key: "nuclei", title: "Nuclei" },
          ]}
          chosen={below.value}
          onChoose={(key) => (below.value = key)}
        >
          {below.value === "divisions" ? <DivisionGallery /> : <LinkedTable name="spots" layer="tracks" />}
        </Tabs>
      }
      belowTitle="Divisions and nuclei"
    />
  );
}

const shortTitles: Readonly<Record<string, string>> = {
  "track.cut": "Cut before",
  "track.cutafter": "Cut after",
  "track.link": "Link",
  "track.linknearest": "Link on",
  "track.divide": "Division",
  "track.delete": "Delete",
  "track.deletetrack": "Delete track",
  "track.confirm": "Confirm",
  "track.refuse": "Refuse",
};

function TrackBar(): JSX.Element {
  return (
    <div class="toolbar" role="toolbar" aria-label="Tracks" aria-orientation="vertical">
      {trackChanges.map(({ id, title, run }) => (
        <ToolButton
          key={id}
          id={id}
          title={shortTitles[id] ?? title}
          hint={title}
          isPressed={marked.value !== undefined && id === markedFor.value}
          isDisabled={links.value === undefined}
          onClick={run}
        />
      ))}
      <hr />
      <UndoButtons />
      <hr />
      <p class="quiet">↑ ↓ along the track, ← → in the lineage, PgUp PgDn other tracks</p>
    </div>
  );
}

function Side(): JSX.Element {
  const stages = project.value?.stages;
  const isMovie = project.value?.kind === "movie";
  return (
    <>
      <Panel title="Work">
        <RunButton title="Segment" until="segment" isPrimary />
        {isMovie ? <RunButton title="Track" until="track" /> : undefined}
        <RunButton title="Statistics" until="analyse" />
        {stages?.analyse.freshness === "stale" && job.value?.state !== "running" ? (
          <p class="stale">The statistics are older than the last change; compute them again.</p>
        ) : undefined}
      </Panel>
      {isMovie ? (
        <Panel title="Lineage">
          <LineageTree />
        </Panel>
      ) : undefined}
      <Panel title="To look at" isOpen={false}>
        <ReviewPanel />
      </Panel>
      <Panel title="Edits" isOpen={false}>
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
