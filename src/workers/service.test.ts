import { afterEach, describe, expect, it } from "vitest";
import type { PreviewTasks } from "./previewtasks.js";
import { superseding, type WorkerService, workerService } from "./service.js";
import { buffersIn, recent } from "./serving.js";

const services: WorkerService<PreviewTasks>[] = [];
afterEach(async () => {
  for (const service of services.splice(0)) await service.close();
});
function previews(): WorkerService<PreviewTasks> {
  const service = workerService<PreviewTasks>("previewworker.js", "previews");
  services.push(service);
  return service;
}
const imageOf = (edge: number): { height: number; width: number; data: Uint8Array } => ({
  height: edge,
  width: edge,
  data: Uint8Array.from({ length: edge * edge }, (_, i) => (i * 7919) % 13),
});

describe("workerService", () => {
  it("answers in order, with the errors of the task, and goes on after them", async () => {
    const service = previews();
    const order: string[] = [];
    const first = service.run("estimate", { image: imageOf(60) }).then(({ signal }) => {
      order.push("first");
      return signal;
    });
    const broken = service.run("estimate", { image: undefined as never }).catch((error: unknown) => {
      order.push("broken");
      return error;
    });
    const last = service.run("estimate", { image: imageOf(60) }).then(() => order.push("last"));
    expect(await first).toBeGreaterThan(0);
    expect(await broken).toBeInstanceOf(Error);
    await last;
    expect(order).toEqual(["first", "broken", "last"]);
  });

  it("lets nobody wait who was stopped, and never begins what still waited", async () => {
    const service = previews();
    const [running, waiting] = [new AbortController(), new AbortController()];
    const slow = service.run("estimate", { image: imageOf(1500) }, running.signal);
    const never = service.run("estimate", { image: undefined as never }, waiting.signal);
    const other = service.run("estimate", { image: imageOf(40) });
    waiting.abort();
    await expect(never).rejects.toMatchObject({ kind: "Cancelled" });
    running.abort();
    await expect(slow).rejects.toMatchObject({ kind: "Cancelled" });
    expect((await other).noise).toBeGreaterThan(0);
    await expect(service.run("estimate", { image: imageOf(40) }, AbortSignal.abort())).rejects.toMatchObject({
      kind: "Cancelled",
    });
  });

  it("stops all who wait when it is closed, and answers no more", async () => {
    const service = previews();
    const waits = [1500, 40].map((edge) => service.run("estimate", { image: imageOf(edge) }));
    const ends = Promise.allSettled(waits);
    await service.close();
    expect((await ends).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(service.run("estimate", { image: imageOf(40) })).rejects.toMatchObject({
      kind: "Cancelled",
    });
  });

  it("tells of a thread that is lost", async () => {
    // A thread without the network's runtime, which can take the process with it when its thread is lost.
    const service = workerService<PreviewTasks>("train/batchworker.js", "draws batches");
    await expect(service.run("estimate", { image: imageOf(40) })).rejects.toThrow();
    await service.close();
  });
});

describe("superseding", () => {
  it("aborts what was asked for before in the same lane only, and follows the signal of the caller", () => {
    const newest = superseding();
    const outside = new AbortController();
    const [a, b, other] = [newest("one"), newest("one", outside.signal), newest("two")];
    expect([a.aborted, b.aborted, other.aborted]).toEqual([true, false, false]);
    outside.abort();
    expect([b.aborted, other.aborted]).toEqual([true, false]);
  });
});

describe("serving", () => {
  it("finds the memory of all arrays, each once", () => {
    const whole = new Float32Array(8);
    const found = buffersIn({
      a: whole.subarray(2),
      b: [whole, { c: new Uint8Array(3) }],
      d: "text",
      e: null,
    });
    expect(found.map(({ byteLength }) => byteLength)).toEqual([32, 3]);
    expect(buffersIn(new Uint8Array(new SharedArrayBuffer(4)))).toEqual([]);
  });

  it("keeps what was used last", () => {
    const dropped: number[] = [];
    const held = recent<number>(2, (value) => void dropped.push(value));
    held.set("a", 1);
    held.set("b", 2);
    expect(held.get("a")).toBe(1);
    held.set("c", 3);
    expect([held.get("b"), held.get("a"), held.get("c"), dropped]).toEqual([undefined, 1, 3, [2]]);
  });
});
