import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { logs } from "../../test/labelrows.js";
import { replay } from "./editlog.js";
import type { LogEntry } from "./edits.js";
import { decodeLog, encodeEntry, encodeLog, logHead } from "./logcodec.js";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const undone: LogEntry = { number: 2, time: "t", undo: 1 };
const painted: LogEntry = {
  number: 1,
  time: "2026-01-01T00:00:00Z",
  edit: {
    layer: "annotation",
    gesture: "paint",
    frame: 3,
    patches: [
      { y: 4, x: 5, height: 1, width: 3, before: Int32Array.of(0, -1, 7), after: Int32Array.of(2, 2, 2) },
    ],
  },
};

describe("the file of a log", () => {
  it("gives back the entries, and hence the state", () => {
    fc.assert(
      fc.property(logs, ({ entries, log }) => {
        const bytes = encodeLog(entries);
        const decoded = decodeLog(bytes);
        expect(decoded).toEqual({ entries, length: bytes.length, isTorn: false });
        expect(replay(decoded.entries)).toEqual(log);
        expect(encodeLog(decoded.entries)).toEqual(bytes);
      }),
      { numRuns: 50 },
    );
  });

  it("gives the first entries of a file that was cut anywhere", () => {
    fc.assert(
      fc.property(logs, fc.double({ min: 0, max: 1, noNaN: true }), ({ entries }, share) => {
        const bytes = encodeLog(entries);
        const cut = Math.floor(share * bytes.length);
        const decoded = decodeLog(bytes.subarray(0, cut));
        expect(decoded.entries).toEqual(entries.slice(0, decoded.entries.length));
        expect(decoded.length).toBeLessThanOrEqual(cut);
        expect(decoded.isTorn).toBe(decoded.length < cut);
        // What is kept is a file itself, to which more can be appended.
        const kept = bytes.slice(0, decoded.length);
        expect(encodeLog(decoded.entries).subarray(0, decoded.length)).toEqual(kept);
      }),
    );
    const whole = encodeLog([painted, undone]);
    for (let cut = 0; cut <= whole.length; cut++)
      expect(decodeLog(whole.subarray(0, cut)).entries.length).toBe(
        cut === whole.length ? 2 : cut >= whole.length - encodeEntry(undone).length ? 1 : 0,
      );
  });

  it("has one line of JSON an entry", () => {
    const lines = new TextDecoder().decode(encodeLog([painted, undone])).split("\n");
    expect(lines).toHaveLength(4);
    expect(JSON.parse(lines[2]!)).toEqual({ crc32: expect.any(Number) as number, entry: undone });
    expect(JSON.parse(lines[0]!)).toEqual({ format: "karyon edits", version: 1 });
  });

  it("drops a damaged last line, and names an earlier one", () => {
    const bytes = encodeLog([painted, undone]);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = bytes.slice();
        damaged[at]! ^= change;
        const lastLine = bytes.length - encodeEntry(undone).length;
        if (at < logHead.length) expect(() => decodeLog(damaged)).toThrow();
        else if (at >= lastLine) expect(decodeLog(damaged).entries).toEqual([painted]);
        // The line feed of the line before belongs to both.
        else if (at === lastLine - 1) expect(decodeLog(damaged).entries).toEqual([]);
        else
          expect(() => decodeLog(damaged, "x.log")).toThrow(
            /^x\.log: line 2 is damaged: .* \(at byte \d+\); restore/,
          );
      }),
      { numRuns: 1500 },
    );
  });

  it("knows files that are none, and those of a later version", () => {
    expect(() => decodeLog(bytesOf("a,b\n1,2\n"), "a.csv")).toThrow(/^a\.csv: line 1 does not say/);
    expect(() => decodeLog(bytesOf('{"format":"karyon edits","version":9}\n'))).toThrow(/version 9 .* newer/);
    expect(decodeLog(new Uint8Array(0))).toEqual({ entries: [], length: 0, isTorn: false });
  });

  it("says what is wrong with entries whose checksum is right", () => {
    const wrong: readonly (readonly [LogEntry, RegExp])[] = [
      [{ ...undone, number: 5 }, /line 2 is damaged: entry\.number: expected 1, received 5/],
      [{ number: 1, time: "t", undo: -1 }, /entry\.undo: expected a whole number from 1/],
      [
        { number: 1, time: "t", reviewed: { layer: "tracks", frame: 0, isDone: true } as never },
        /reviewed\.layer/,
      ],
    ];
    for (const [entry, message] of wrong)
      expect(() => decodeLog(encodeLog([entry, undone]))).toThrow(message);
  });
});
