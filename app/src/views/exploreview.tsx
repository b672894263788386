/** Numbers and the picture behind each: tables, plots and image linked; figures, statistics, exports. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { StudioTable } from "../../../src/server/messages.js";
import { ObjectTable } from "../parts/objecttable.js";
import { Tabs } from "../parts/tabs.js";
import { labelLayer } from "../state/display.js";
import {
  chooseRows,
  chosenRows,
  explore,
  explored,
  exploredLayer,
  exploredTable,
  exploredTitles,
  tablesThere,
  type ExploredTable,
} from "../state/explored.js";
import { project } from "../state/openproject.js";
import { leftStudy, study } from "../state/study.js";
import { ImageView } from "../viewer/imageview.js";
import { TimeSlider } from "../viewer/timeslider.js";
import { ExportPanel } from "./exportpanel.js";
import { CoursePanel, DistributionPanel, ScatterPanel } from "./exploreplots.js";
import { FigureGallery, Statistics, StudyPanel } from "./runfigures.js";

const tabs = [
  { key: "scatter", title: "Scatter" },
  { key: "course", title: "Over time" },
  { key: "distribution", title: "Distribution" },
  { key: "statistics", title: "Statistics" },
  { key: "figures", title: "Figures" },
  { key: "export", title: "Export" },
] as const;
type TabKey = (typeof tabs)[number]["key"];

const tab = signal<TabKey>("scatter");

/** Image and table at the left, plots at the right. A study takes the place of both while it is open. */
export function ExploreView(): JSX.Element | null {
  const layer = exploredLayer.value;
  useEffect(() => {
    if (tablesThere.value.length > 0) labelLayer.value = layer;
  }, [layer]);
  if (study.value !== undefined)
    return (
      <section class="study-view" aria-label="Study">
        <StudyPanel now={study.value} />
      </section>
    );
  if (project.value === undefined) return null;
  return (
    <section class="explore-view" aria-label="Explore">
      <div class="explore-image">
        <div class="stage">
          <ImageView />
        </div>
        <TimeSlider />
      </div>
      <div class="explore-table">
        <div class="row">
          <TableChoice />
          <BackToStudy />
        </div>
        <Rows />
      </div>
      <div class="explore-plots card">
        <Tabs label="Explore" tabs={tabs} chosen={tab.value} onChoose={(key) => (tab.value = key)}>
          <TabContent />
        </Tabs>
      </div>
    </section>
  );
}

/** To the study from where this sample was opened. */
function BackToStudy(): JSX.Element | null {
  const left = leftStudy.value;
  const isOfIt = left?.samples.some(({ run }) => run === project.value?.out) ?? false;
  if (left === undefined || !isOfIt) return null;
  return (
    <button type="button" onClick={() => (study.value = left)}>
      Back to the study {left.name}
    </button>
  );
}

function TableChoice(): JSX.Element | null {
  if (tablesThere.value.length === 0) return null;
  return (
    <label class="column-choice">
      Objects{" "}
      <select
        value={explored.value}
        disabled={tablesThere.value.length < 2}
        onChange={({ currentTarget }) => explore(currentTarget.value as ExploredTable)}
      >
        {tablesThere.value.map((name) => (
          <option key={name} value={name}>
            {exploredTitles[name]}
          </option>
        ))}
      </select>
    </label>
  );
}

function Rows(): JSX.Element {
  const table = exploredTable.value;
  if (table === undefined) return <Nothing />;
  return (
    <ObjectTable
      table={table}
      label={exploredTitles[explored.value]}
      selection={chosenRows.value}
      onSelect={chooseRows}
      onOpen={(row) => chooseRows(new Set([row]), row)}
    />
  );
}

const Nothing = (): JSX.Element => (
  <p class="quiet">
    {tablesThere.value.length > 0
      ? "Loading the table …"
      : "Annotate or segment first: there is nothing to measure yet."}
  </p>
);

function TabContent(): JSX.Element {
  const table: StudioTable | undefined = exploredTable.value;
  switch (tab.value) {
    case "statistics":
      return <Statistics />;
    case "figures":
      return <FigureGallery />;
    case "export":
      return <ExportPanel />;
    case "scatter":
      return table === undefined ? <Nothing /> : <ScatterPanel table={table} />;
    case "course":
      return table === undefined ? <Nothing /> : <CoursePanel table={table} />;
    case "distribution":
      return table === undefined ? <Nothing /> : <DistributionPanel table={table} />;
  }
}
