import { describe, expect, it } from "vitest";
import { InvalidInput } from "../core/errors.js";
import { NCHW, probeBlock } from "../nn/layout.js";
import { agreesWithNchw, chooseLayout } from "./chooselayout.js";
import { defaultModelConfig } from "./modelconfig.js";

const block = await probeBlock();

describe("chooseLayout", () => {
  it("takes blocks where they are to be had and filled, and the standard order otherwise", async () => {
    const narrow = { ...defaultModelConfig, filters: 12 };
    expect(await chooseLayout(defaultModelConfig, "auto")).toEqual(
      block === undefined ? NCHW : { kind: "blocked", block },
    );
    expect(await chooseLayout(narrow, "auto")).toEqual(NCHW);
    expect(await chooseLayout(defaultModelConfig, "nchw")).toEqual(NCHW);
    await expect(chooseLayout(narrow, "blocked")).rejects.toThrow(InvalidInput);
    expect(await chooseLayout(defaultModelConfig, "auto", "webgpu")).toEqual(NCHW);
    await expect(chooseLayout(defaultModelConfig, "blocked", "webgpu")).rejects.toThrow(
      /nchw on the device webgpu/,
    );
  });

  it.skipIf(block === undefined)("rejects blocks whose gradients are wrong", async () => {
    expect(await agreesWithNchw(block!)).toBe(true);
    // Blocks of another length than the runtime's: everything is in the wrong place.
    expect(await agreesWithNchw(24 - block!)).toBe(false);
  });
});
