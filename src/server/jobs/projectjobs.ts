/** All that is done for one project: jobs, previews, networks, tables, and what is to be looked at. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Corrections, readCorrections } from "../../pipeline/correct/corrections.js";
import { stageOutputs } from "../../pipeline/stage/stagenames.js";
import { readRun } from "../../pipeline/store/provenance.js";
import type { ReviewItem, StudioTable, TableName } from "../messages.js";
import type { PartsOf, ProjectParts } from "../parts.js";
import type { Project } from "../project.js";
import { type JobRunner, jobRunner } from "./jobrunner.js";
import { listModels } from "./models.js";
import { type Previews, projectPreviews } from "./previews.js";
import { reviewer } from "./review.js";
import { runTables, type TablePlace, trackFolder } from "./tables.js";
import { type Watching, watching } from "./watching.js";

/** The work of a project. */
export interface ProjectJobs {
  readonly project: Project;
  readonly runner: JobRunner;
  readonly previews: Previews;
  readonly watching: Watching;
  readonly table: (name: TableName) => Promise<StudioTable>;
  readonly review: () => Promise<ReviewItem[]>;
  readonly close: () => Promise<void>;
}

const known = new WeakMap<Project, ProjectJobs>();

/** The work of a project: the same for each call with the same project. */
export function jobsOf(project: Project): ProjectJobs {
  const jobs = known.get(project) ?? openJobs(project);
  known.set(project, jobs);
  return jobs;
}

/** Adds the job and the networks of a project to what is known of it, and ends its work when it is closed. */
export const withJobs =
  (partsOf: PartsOf): PartsOf =>
  (project): ProjectParts => {
    const parts = partsOf(project);
    const jobs = jobsOf(project);
    return {
      ...parts,
      state: async () => ({
        ...(await parts.state()),
        job: jobs.runner.current(),
        models: listModels(project),
      }),
      close: async () => {
        await jobs.close();
        await parts.close();
      },
    };
  };

function openJobs(project: Project): ProjectJobs {
  const corrections = correctionsReader(project);
  // Tables follow from files and the log of corrections, which is read before each.
  let place: TablePlace | undefined;
  const tables = runTables(() => place!);
  const look = async (): Promise<Corrections> => {
    const found = await corrections();
    place = placeOf(project, found);
    return found;
  };
  const lookedUp = async (name: TableName): Promise<StudioTable> => {
    await look();
    return tables.table(name);
  };
  const previews = projectPreviews(project, () => lookedUp("candidates"));
  const watched = watching(project, previews.predict);
  const runner = jobRunner(project, { look: watched });
  const queue = reviewer();
  return {
    project,
    runner,
    previews,
    watching: watched,
    table: lookedUp,
    review: async () => {
      const { log } = await look();
      const { out } = project.settings();
      return queue({
        candidates: tables.table("candidates"),
        labels: join(out, place!.corrected.labels ? stageOutputs.correctLabels : stageOutputs.segment),
        tracks: join(out, trackFolder(place!)),
        edits: log,
      });
    },
    close: async () => {
      await runner.close();
      await previews.close();
      await watched.settled();
    },
  };
}

/** Reads what was corrected by hand, again only when there is more of it. */
function correctionsReader(project: Project): () => Promise<Corrections> {
  let read: { readonly state: string; readonly value: Promise<Corrections> } | undefined;
  return () => {
    const { out } = project.settings();
    const log = statSync(join(out, "corrections", "log.jsonl"), { throwIfNoEntry: false });
    const state = `${project.imagesNumber()} ${log?.size} ${log?.mtimeMs}`;
    if (read?.state !== state) read = { state, value: readCorrections(out, project.source().frameNames) };
    return read.value;
  };
}

/** Folders of corrected results hold only where there are corrections that hold. */
function placeOf(project: Project, corrections: Corrections): TablePlace {
  const { out } = project.settings();
  const stages = readRun(out)?.stages ?? {};
  const isThere = (stage: "correctLabels" | "correctTracks"): boolean =>
    stage in stages && existsSync(join(out, stageOutputs[stage]));
  const basis = stages["segment"]?.basis ?? "";
  const hasLabels =
    corrections.labelEdits("labels", basis).length + corrections.kept("labels", basis).length > 0;
  return {
    out,
    frameNames: project.source().frameNames,
    corrected: {
      labels: hasLabels && isThere("correctLabels"),
      tracks: corrections.trackEdits.length > 0 && isThere("correctTracks"),
    },
  };
}
