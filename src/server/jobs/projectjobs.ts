/** All that is done for one project: jobs, previews, networks, tables, and what is to be looked at. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { EditLog } from "../../correct/editlog.js";
import { stageOutputs } from "../../pipeline/stage/stagenames.js";
import { liveTables, type LiveTables } from "../corrections/livetables.js";
import { correctionsOf } from "../corrections/projectcorrections.js";
import type { ReviewItem, StudioTable, TableName } from "../messages.js";
import type { PartsOf, ProjectParts } from "../parts.js";
import type { Project } from "../project.js";
import { type JobRunner, jobRunner } from "./jobrunner.js";
import { listModels } from "./models.js";
import { type Previews, projectPreviews } from "./previews.js";
import { reviewer } from "./review.js";
import { type EditedTables, runTables, type TablePlace } from "./tables.js";
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

/** From the opening of a project until its first frame is looked at ahead, ms. */
const warmingDelay = 1500;

function openJobs(project: Project): ProjectJobs {
  const corrections = correctionsOf(project);
  const live = liveTables(project, corrections);
  // Tables follow from files and the log of corrections, which is read before each.
  let place: TablePlace | undefined;
  const tables = runTables(() => place!);
  const look = async (): Promise<EditLog> => {
    const session = await corrections.session();
    place = await placeOf(project, live);
    return session.log();
  };
  const lookedUp = async (name: TableName): Promise<StudioTable> => {
    await look();
    return tables.table(name);
  };
  const previews = projectPreviews(project, () => lookedUp("candidates"));
  const watched = watching(project, previews.predict);
  const runner = jobRunner(project, { look: watched });
  const queue = reviewer();
  // Who opens images is likely to annotate them; the first picture goes before.
  const warming = setTimeout(() => void previews.warm(0).catch(() => undefined), warmingDelay).unref();
  return {
    project,
    runner,
    previews,
    watching: watched,
    table: lookedUp,
    review: async () => {
      const log = await look();
      const { out } = project.settings();
      return queue({
        candidates: tables.table("candidates"),
        labels: join(out, stageOutputs.segment),
        tracks: join(out, stageOutputs.track),
        edits: log,
      });
    },
    close: async () => {
      clearTimeout(warming);
      await runner.close();
      await previews.close();
      await watched.settled();
    },
  };
}

/** Where the tables of a project lie, and what was corrected since they were written. */
async function placeOf(project: Project, live: LiveTables): Promise<TablePlace> {
  const { out } = project.settings();
  const { frameNames, pixelSize } = project.source();
  const spots = join(out, stageOutputs.track, "spots.csv");
  const edited: EditedTables = {
    tracks: await live.tracks(() => readFileSync(spots, "utf8")),
    labels: await live.nuclei("labels"),
    annotation: await live.nuclei("annotation"),
  };
  return { out, frameNames, pixelSize, edited };
}
