/** A studio that is killed while somebody corrects: what it said it kept is there, and the log is always readable. */
import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bin } from "../../../test/commandline.js";
import { frameCount, type PreparedRun, preparedRun, squareEdit } from "../../../test/correctedmovie.js";
import { type StudioClient, studioClient } from "../../../test/studioclient.js";
import { random } from "../../core/random.js";
import { openCorrectionLog } from "../../pipeline/correct/correctionlog.js";
import type { EditAnswer, ProjectState } from "../messages.js";

let prepared: PreparedRun;
beforeAll(async () => {
  prepared = await preparedRun();
}, 120_000);
afterAll(() => rmSync(prepared.root, { recursive: true, force: true, maxRetries: 5 }));

interface Running extends StudioClient {
  readonly child: ChildProcess;
  readonly id: string;
}

const started = async (): Promise<Running> => {
  const child = spawn(process.execPath, [bin, "studio", prepared.out, "--no-open"], { cwd: prepared.root });
  const address = await new Promise<string>((resolve) => {
    let text = "";
    child.stdout.on("data", (piece: Buffer) => {
      text += String(piece);
      const found = /http:\S+\//.exec(text)?.[0];
      if (found !== undefined) resolve(found);
    });
  });
  const client = studioClient(address);
  const opened = await client.ask<ProjectState>("projects", { method: "POST", body: { run: prepared.out } });
  return { ...client, child, id: opened.body.id };
};

const killed = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });

/** Labels of the places that are drawn on, as they were confirmed. */
type Confirmed = Map<string, number>;

const perRow = 14;
const placeOf = (k: number): { frame: number; y: number; x: number } => ({
  frame: k % frameCount,
  y: 6 * (Math.floor(k / frameCount) % perRow),
  x: 6 * (Math.floor(k / frameCount / perRow) % perRow),
});

describe("a studio that is killed during many edits", () => {
  it("keeps every edit that it confirmed, and its log can be read", { timeout: 20 * 60_000 }, async () => {
    const stream = random(20);
    const confirmed: Confirmed = new Map();
    const lost = new Set<string>();
    let [entries, next] = [0, 0];
    for (let round = 0; round < 20; round++) {
      const { child, id, edit } = await started();
      const end = new Promise((resolve) => setTimeout(resolve, 50 + 700 * stream.next())).then(() => killed(child));
      for (let isAlive = true; isAlive; next++) {
        const place = placeOf(next);
        const key = JSON.stringify(place);
        if (lost.has(key)) continue;
        const label = 1000 + next;
        try {
          const { status, body } = await edit<EditAnswer>(
            id,
            squareEdit(place, confirmed.get(key) ?? 0, label),
          );
          expect(status, JSON.stringify(body)).toBe(200);
          confirmed.set(key, label);
          entries = Math.max(entries, body.number);
        } catch (error) {
          // The answer that was lost: whether the edit was is not known, and its place is not used again.
          if (!(error instanceof TypeError)) throw error;
          lost.add(key);
          isAlive = false;
        }
      }
      await end;
      const log = (await openCorrectionLog(prepared.out)).state();
      expect(log.last).toBeGreaterThanOrEqual(entries);
      const held = new Map<string, number>();
      for (const { edit: kept } of log.held) {
        if (kept.layer === "tracks") continue;
        const { y, x, after } = kept.patches[0]!;
        held.set(JSON.stringify({ frame: kept.frame, y, x }), after[0]!);
      }
      for (const [key, label] of confirmed) expect(held.get(key), `round ${round}, ${key}`).toBe(label);
    }
    expect(confirmed.size).toBeGreaterThan(100);
  });
});
