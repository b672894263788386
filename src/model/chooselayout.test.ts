import { describe, expect, it } from "vitest";
import { InvalidInput } from "../core/errors.js";
import { nchwLayout, probeBlock } from "../nn/layout.js";
import { agreesWithNchw, chooseLayout } from "./chooselayout.js";
import { defaultModelConfig } from "./modelconfig.js";

const block = await probeBlock();

describe("chooseLayout", () => {
  it("takes blocks where they are to be had and filled, and the standard order otherwise", async () => {
    const narrow = { ...defaultModelConfig, filters: 12 };
    expect(await chooseLayout(defaultModelConfig, "auto")).toEqual(
      block === undefined ? nchwLayout : { kind: "blocked", block },
    );
    expect(await chooseLayout(narrow, "auto")).toEqual(nchwLayout);
    expect(await chooseLayout(defaultModelConfig, "nchw")).toEqual(nchwLayout);
    await expect(chooseLayout(narrow, "blocked")).rejects.toThrow(InvalidInput);
    expect(await chooseLayout(defaultModelConfig, "auto", "webgpu")).toEqual(nchwLayout);
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
