import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { labelImage } from "../core/labels.js";
import { framePool, mapOrdered } from "./pool.js";

const turns = async (n: number): Promise<void> => {
  for (let i = 0; i < n; i++) await Promise.resolve();
};

describe("mapOrdered", () => {
  it(
    "gives results in the order of the requests, however long each takes, and never more at once " +
      "than allowed",
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.nat(20), { maxLength: 15 }),
          fc.integer({ min: 1, max: 5 }),
          async (durations, atOnce) => {
            let [running, most] = [0, 0];
            const results = await mapOrdered(durations.length, atOnce, async (index) => {
              most = Math.max(most, ++running);
              await turns(durations[index]!);
              running--;
              return index * 10;
            });
            expect(results).toEqual(durations.map((_, index) => index * 10));
            expect(most).toBeLessThanOrEqual(atOnce);
          },
        ),
        { numRuns: 50 },
      );
    },
  );

  it("throws the error of the lowest index that fails, whichever fails first", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(20), fc.boolean()), { minLength: 1, maxLength: 15 }),
        fc.integer({ min: 1, max: 5 }),
        async (tasks, atOnce) => {
          const first = tasks.findIndex(([, fails]) => fails);
          const work = mapOrdered(tasks.length, atOnce, async (index) => {
            await turns(tasks[index]![0]);
            if (tasks[index]![1]) throw new Error(String(index));
          });
          if (first < 0) await work;
          else await expect(work).rejects.toThrow(new Error(String(first)));
        },
      ),
      { numRuns: 100 },
    );
  });

  it("begins nothing more after an error", async () => {
    const begun: number[] = [];
    await expect(
      mapOrdered(100, 2, async (index) => {
        begun.push(index);
        await turns(1);
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    expect(begun).toEqual([0, 1]);
  });
});

describe("framePool", () => {
  const image = { height: 8, width: 8, data: new Uint8Array(64) };
  const labels = labelImage(8, 8, new Int32Array(64));

  it("answers as the task does, and carries its errors", async () => {
    const pool = framePool(1);
    try {
      const png = await pool.run("labelOverlay", { image, labels });
      expect([...png.subarray(1, 4)]).toEqual([..."PNG"].map((letter) => letter.charCodeAt(0)));
      await expect(
        pool.run("labelOverlay", { image, labels: labelImage(2, 2, new Int32Array(4)) }),
      ).rejects.toThrow();
    } finally {
      await pool.close();
    }
  });

  it("is stopped by the signal, in one kind of error", async () => {
    const pool = framePool(1);
    const controller = new AbortController();
    controller.abort();
    try {
      await expect(pool.run("labelOverlay", { image, labels }, controller.signal)).rejects.toMatchObject({
        kind: "Cancelled",
      });
    } finally {
      await pool.close();
    }
  });
});
