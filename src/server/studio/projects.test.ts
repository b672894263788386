/** Projects of runs: what is read back from a run folder, and which results still follow from the settings. */
import { appendFileSync, mkdtempSync, realpathSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveConfig } from "../../pipeline/config/config.js";
import { run } from "../../pipeline/run/run.js";
import { simulateOptionsOf, simulateTo } from "../../pipeline/simulate/simulation.js";
import { confinementTo } from "../confinement.js";
import type { ProjectState } from "../messages.js";
import type { Project } from "../project.js";
import { openProjects, type Projects } from "./projects.js";
import { storedParts } from "./storedparts.js";

const quick = {
  train: { steps: 4, batch: 1, patch: 32, filters: 4, depth: 2, rays: 8 },
  analyse: { resamples: 2 },
} as const;

let root: string;
let out: string;
let projects: Projects;
let project: Project;

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "karyon-projects-")));
  out = join(root, "run");
  const simulated = resolveConfig({ simulate: { frames: 2, size: 128, diameter: 16 } }, "test");
  await simulateTo(join(root, "simulated"), simulateOptionsOf(simulated), { overwrite: false });
  renameSync(join(root, "simulated", "01"), join(root, "movie"));
  await run({ inputs: [join(root, "movie")], out, config: resolveConfig(quick, "test"), overwrite: false });
  projects = openProjects(confinementTo([root]), storedParts);
  ({ project } = await projects.open({ run: out }));
  await project.images();
}, 120_000);
afterAll(async () => {
  await projects.close();
  rmSync(root, { recursive: true, force: true });
});

/** The stages that are not fresh. */
const notFresh = async (): Promise<string[]> => {
  const { stages } = await project.state();
  return (
    Object.entries(stages)
      .filter(([, { freshness }]) => freshness !== "fresh")
      // Nothing is corrected by hand here.
      .filter(([name]) => !name.startsWith("correct"))
      .map(([name, { freshness }]) => `${name} ${freshness}`)
  );
};

describe("a run that is opened", () => {
  it("has its images, its settings, its labels, and fresh results", async () => {
    const state = await project.state();
    expect(state).toMatchObject({ out, kind: "movie", frames: 2, config: quick });
    expect(state.inputs).toEqual(["t000.tif", "t001.tif"].map((name) => join(root, "movie", name)));
    expect(state.stages.segment.text).toMatch(/nucle/);
    expect(state.labelLayers.labels).toBeGreaterThan(0);
    expect(await notFresh()).toEqual(["export missing"]);
  });

  it("is the project that its images are with the same folder", async () => {
    const again = await projects.open({
      inputs: [join(root, "movie", "t000.tif"), join(root, "movie", "t001.tif")],
      out,
    });
    expect(again.project).toBe(project);
  });

  it("has stale results from the first stage on that a setting is for", async () => {
    await project.change({ track: { radius: 3 } });
    expect(await notFresh()).toEqual([
      "track stale",
      "analyse stale",
      "export missing",
      "figures stale",
      "report stale",
    ]);
    await project.change({ annotate: { sensitivity: 1.5 } });
    expect((await notFresh()).slice(0, 3)).toEqual(["annotate stale", "train stale", "segment stale"]);
    await project.change({ track: { radius: null }, annotate: { sensitivity: null } } as never);
    expect(await notFresh()).toEqual(["export missing"]);
  });

  it("reads its images anew only where their settings change", async () => {
    const [source, number] = [project.source(), project.imagesNumber()];
    await project.change({ segment: { tile: 128 } });
    expect(project.source()).toBe(source);
    await project.change({ segment: { tile: undefined }, input: { crop: "0,0,64,100" } });
    expect(project.imagesNumber()).toBe(number + 1);
    expect((await project.state()).sizes).toEqual([[64, 100]]);
    expect(await project.source().size(0)).toEqual({ height: 64, width: 100 });
    await expect(project.change({ input: { crop: "0,0,640,100" } })).rejects.toThrow(/input\.crop/);
    expect(project.config().input.crop).toBe("0,0,64,100");
    await project.change({ input: { crop: undefined } });
  });

  it("has stale results when its images are no longer those", async () => {
    const other = openProjects(confinementTo([root]), storedParts);
    appendFileSync(join(root, "movie", "t001.tif"), "x");
    const opened = await other.open({ run: out });
    await opened.project.images();
    const { stages } = await opened.project.state();
    expect(stages.annotate.freshness).toBe("stale");
    await other.close();
  });

  it("says which images are no longer there", async () => {
    renameSync(join(root, "movie"), join(root, "moved"));
    const other = openProjects(confinementTo([root]), storedParts);
    await expect(other.open({ run: out })).rejects.toThrow(/nothing at .*t000\.tif and 1 more/);
    renameSync(join(root, "moved"), join(root, "movie"));
  });

  it("has images within the opened folders, or is refused", async () => {
    const narrow = openProjects(confinementTo([out]), storedParts);
    await expect(narrow.open({ run: out })).rejects.toThrow(/outside of the folders/);
  });
});

describe("pages that listen", () => {
  it("hear of changes, until they no longer do", async () => {
    const heard: ProjectState[] = [];
    const end = project.listen((event) => {
      if (event.type === "state") heard.push(event.state);
    });
    await project.change({ general: { seed: 5 } });
    end();
    await project.change({ general: { seed: undefined } });
    expect(heard.map(({ config }) => config.general)).toEqual([{ seed: 5 }]);
  });
});
