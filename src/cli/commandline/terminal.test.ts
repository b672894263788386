import { Writable } from "node:stream";
import { describe, expect, it, vi } from "vitest";
import type { PipelineEvent } from "../../pipeline/stage/events.js";
import { duration, jsonTerminal, progressLine, textTerminal } from "./terminal.js";

const sink = (): { stream: Writable; text: () => string } => {
  let all = "";
  return {
    stream: new Writable({
      write: (chunk, _, next) => {
        all += String(chunk);
        next();
      },
    }),
    text: () => all,
  };
};

describe("terminal", () => {
  it("writes durations as people say them", () => {
    expect([400, 9_990, 12_400, 200_000, 7_500_000].map(duration)).toEqual([
      "0.4 s",
      "10 s",
      "12 s",
      "3 min 20 s",
      "2 h 5 min",
    ]);
  });

  it("shows how far it is and the time left", () => {
    expect(progressLine("train", 250, 1000, "loss 0.2", 30_000)).toBe(
      "train [#####...............] 25 %, 1 min 30 s left, loss 0.2",
    );
    expect(progressLine("train", 0, 1000, undefined, 10)).toBe("train [....................] 0 %");
  });

  it("is silent about what is over within a second, and brief in a log", () => {
    const [out, err] = [sink(), sink()];
    let time = 0;
    const terminal = textTerminal({ out: out.stream, err: err.stream, now: () => time });
    terminal.onEvent({ event: "stage", stage: "train", text: "start" });
    for (time = 0; time < 25_000; time += 100)
      terminal.onEvent({ event: "progress", stage: "train", done: time, total: 100_000 });
    expect(err.text().split("\n").length).toBe(4);
    terminal.result("done", {});
    expect(out.text()).toBe("done\n");
  });

  it("leaves the epochs of a training to programs, and NaN to null", () => {
    const record = { epoch: 1, step: 100, learningRate: 1e-3, loss: 0.5, score: NaN };
    const event = { event: "epoch", stage: "train", record } as unknown as PipelineEvent;
    const [out, err, json] = [sink(), sink(), sink()];
    textTerminal({ out: out.stream, err: err.stream, now: () => 0 }).onEvent(event);
    expect(out.text() + err.text()).toBe("");
    jsonTerminal({ out: json.stream, err: err.stream, now: () => 0 }).onEvent(event);
    expect(JSON.parse(json.text())).toEqual({
      event: "epoch",
      stage: "train",
      record: { ...record, score: null },
    });
  });

  it("has colours on a terminal only, and not where NO_COLOR is set", () => {
    const notes = (isTTY: boolean, noColor: string): string => {
      vi.stubEnv("NO_COLOR", noColor);
      const [out, err] = [sink(), sink()];
      const terminal = textTerminal({
        out: out.stream,
        err: Object.assign(err.stream, { isTTY }),
        now: () => 0,
      });
      terminal.onEvent({ event: "notice", text: "look" });
      vi.unstubAllEnvs();
      return err.text();
    };
    expect([notes(true, ""), notes(true, "1"), notes(false, "")]).toEqual([
      "\u001b[33mnote:\u001b[39m look\n",
      "note: look\n",
      "note: look\n",
    ]);
  });

  it("prints one JSON value a line", () => {
    const [out, err] = [sink(), sink()];
    const terminal = jsonTerminal({ out: out.stream, err: err.stream, now: () => 0 });
    terminal.onEvent({ event: "notice", text: "a\nb" });
    terminal.result("text", { score: 1 });
    terminal.failure("InvalidInput", "karyon run: no.");
    expect(
      out
        .text()
        .trim()
        .split("\n")
        .map((line): unknown => JSON.parse(line)),
    ).toEqual([
      { event: "notice", text: "a\nb" },
      { event: "result", result: { score: 1 } },
      { event: "error", kind: "InvalidInput", text: "karyon run: no." },
    ]);
    expect(err.text()).toBe("karyon run: no.\n");
  });
});
