import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Retrain } from "../store/folders.js";
import { readRun, runRecord, type RunRecord } from "../store/provenance.js";
import type { PipelineEvent } from "./events.js";
import { basisOf, type MakeStage, plannedBases, type Result, resultFrom, type Stage, upTo } from "./stage.js";
import { stageFolder, type StageFolder } from "./stagefolder.js";

const outputs = { first: "first", second: "second", third: "third" } as const;
type Name = keyof typeof outputs;

let out: string;
let events: PipelineEvent[];
let made: string[];

beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "karyon-stages-"));
  events = [];
  made = [];
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

/** A stage that writes its option, and what its sources hold, into a file. */
const stageOf = (
  name: Name,
  option: string,
  from: readonly Result<string>[] = [],
  precious = false,
): Stage<string, Name, string> => ({
  name,
  text: `makes ${name}`,
  from,
  options: { option },
  precious,
  make: async (folder) => {
    made.push(name);
    const parts = await Promise.all(from.map((result) => result.value()));
    const content = [...parts, option].join("+");
    writeFileSync(join(folder, "content"), content);
    return { value: content, text: `${name} is ${content}`, data: { length: content.length } };
  },
  open: (folder, content) => Promise.resolve(content ?? readFileSync(join(folder, "content"), "utf8")),
});

/** Opens the folder as a program does that is started again. */
const reopened = (retrain: Retrain = false): StageFolder<Name, RunRecord> =>
  stageFolder<Name, RunRecord>(
    out,
    { outputs, record: readRun(out) ?? runRecord("test", out, {}, []), retrain },
    { onEvent: (event) => events.push(event) },
  );

const flow = async (make: MakeStage<Name>, options = ["a", "b", "c"], precious = false): Promise<string> => {
  const first = await make(stageOf("first", options[0]!));
  const second = await make(stageOf("second", options[1]!, [first], precious));
  const third = await make(stageOf("third", options[2]!, [second]));
  return third.value();
};

describe("stages that fill a folder", () => {
  it("hand their results on", async () => {
    expect(await flow(reopened().stage)).toBe("a+b+c");
    expect(made).toEqual(["first", "second", "third"]);
  });

  it("are not made again, but read, and say so", async () => {
    await flow(reopened().stage);
    events = [];
    expect(await flow(reopened().stage)).toBe("a+b+c");
    expect(made).toHaveLength(3);
    expect(events.map(({ event }) => event)).toEqual(["skipped", "skipped", "skipped"]);
    expect(events[0]).toMatchObject({ stage: "first", text: "first is a" });
  });

  it("are made again from the first whose options changed", async () => {
    await flow(reopened().stage);
    made = [];
    expect(await flow(reopened().stage, ["a", "other", "c"])).toBe("a+other+c");
    expect(made).toEqual(["second", "third"]);
  });

  it("are made again where a result is gone, and where they take one that was", async () => {
    await flow(reopened().stage);
    made = [];
    rmSync(join(out, "second"), { recursive: true });
    await flow(reopened().stage);
    expect(made).toEqual(["second", "third"]);
  });

  it("refuse to replace a trained network unless that was asked for", async () => {
    await flow(reopened().stage, undefined, true);
    await expect(flow(reopened().stage, ["a", "other", "c"], true)).rejects.toThrow(
      /give overwrite: true and retrain: true/,
    );
    expect(readFileSync(join(out, "second", "content"), "utf8")).toBe("a+b");
    expect(await flow(reopened(true).stage, ["a", "other", "c"], true)).toBe("a+other+c");
  });

  it("use a trained network as it is where it is to be kept", async () => {
    await flow(reopened().stage, undefined, true);
    const before = readRun(out)!.stages["second"]!.basis;
    made = [];
    expect(await flow(reopened("keep").stage, ["a", "other", "new"], true)).toBe("a+b+new");
    expect(made).toEqual(["third"]);
    expect(readRun(out)!.stages["second"]!.basis).toBe(before);
  });

  it("are made as far as the one that is asked for", async () => {
    await upTo("second", reopened().stage, flow);
    expect(made).toEqual(["first", "second"]);
    expect([...(await plannedBases(flow, "second")).keys()]).toEqual(["first", "second"]);
    await upTo(undefined, reopened().stage, flow);
    expect(made).toEqual(["first", "second", "third"]);
  });

  it("leave nothing of a stage that fails, and keep those before it", async () => {
    const failing = { ...stageOf("second", "b"), make: () => Promise.reject(new Error("no room")) };
    const folder = reopened();
    await folder.stage(stageOf("first", "a"));
    await expect(folder.stage(failing)).rejects.toThrow("no room");
    expect(existsSync(join(out, "second"))).toBe(false);
    expect(Object.keys(readRun(out)!.stages)).toEqual(["first"]);
  });

  it("carry numbers beside their words", async () => {
    await reopened().stage(stageOf("first", "abc"));
    expect(events.at(-1)).toMatchObject({ event: "done", text: "first is abc", data: { length: 3 } });
  });

  it("open a result that nobody asks for never", async () => {
    let opened = 0;
    const stage = { ...stageOf("first", "a"), open: () => Promise.resolve(String(++opened)) };
    const result = await reopened().stage(stage);
    expect(opened).toBe(0);
    expect([await result.value(), await result.value(), opened]).toEqual(["1", "1", 1]);
  });
});

describe("planned bases", () => {
  it("are those of the stages when they are made", async () => {
    const planned = await plannedBases<Name>(async (make) => {
      const first = await make(stageOf("first", "a"));
      await make(stageOf("second", "b", [first]));
    });
    const folder = reopened();
    const first = await folder.stage(stageOf("first", "a"));
    const second = await folder.stage(stageOf("second", "b", [first]));
    expect([...planned.values()]).toEqual([first.basis, second.basis]);
    expect(planned.get("second")).not.toBe(basisOf(stageOf("second", "b")));
  });

  it("make nothing, and refuse to open what is not there", async () => {
    await expect(plannedBases<Name>((make) => flow(make))).rejects.toThrow(/asked for in a plan/);
    expect(made).toEqual([]);
  });

  it("follow the contents of what comes from elsewhere", () => {
    const given = (content: string): Result<string> => resultFrom(content, () => Promise.resolve(content));
    const basis = (content: string): string => basisOf(stageOf("second", "b", [given(content)]));
    expect(basis("x")).toBe(basis("x"));
    expect(basis("x")).not.toBe(basis("y"));
  });
});
