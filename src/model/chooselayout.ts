import { InvalidInput } from "../core/errors.js";
import type { Device } from "../nn/devices.js";
import { nchwLayout, probeBlock, type Layout } from "../nn/layout.js";
import { gradientDifference } from "./agreement.js";
import type { ModelConfig } from "./modelconfig.js";
import { fitsBlocks } from "./parameters.js";

/**
 * A layout, or `auto`: blocked where the processor and the configuration allow, else nchw. Devices besides
 * the processor have nchw only.
 */
export type LayoutChoice = "auto" | "nchw" | "blocked";

/** @throws InvalidInput when `blocked` is asked for and cannot be had */
export async function chooseLayout(
  config: ModelConfig,
  requested: LayoutChoice,
  device: Device = "cpu",
): Promise<Layout> {
  if (requested === "nchw" || (requested === "auto" && device !== "cpu")) return nchwLayout;
  if (device !== "cpu")
    throw new InvalidInput("train.layout", `nchw on the device ${device}`, requested, "use the layout auto");
  const block = await probeBlock();
  if (block === undefined || !(await agreesWithNchw(block))) {
    if (requested === "auto") return nchwLayout;
    throw new InvalidInput(
      "train.layout",
      "nchw on this processor, which has no blocked operators",
      requested,
      "use the layout auto",
    );
  }
  if (fitsBlocks(config, block)) return { kind: "blocked", block };
  if (requested === "auto") return nchwLayout;
  const received = `${config.filters} filters and ${config.features} features`;
  throw new InvalidInput(
    "train.layout",
    `${requested} only for filters and features in multiples of ${block}`,
    received,
    "use the layout auto",
  );
}

/**
 * One step of a tiny network in both layouts. The blocked operators are internal to the runtime and differ
 * with the processor, and a wrong gradient would not be noticed in training; this takes some tens of
 * milliseconds.
 */
export const agreesWithNchw = async (block: number): Promise<boolean> =>
  (await gradientDifference({ kind: "blocked", block }, "cpu", block)) < 1e-4;
