import { InvalidInput } from "../../core/errors.js";
import { simulateTo } from "../../pipeline/simulation.js";
import { simulatePresets } from "../../simulate/options.js";
import type { CommandSpec } from "../command.js";
import { outputFlag, outputOf, overwriteFlag, overwriteOf } from "./shared.js";

const names = Object.keys(simulatePresets);

export const simulateCommand: CommandSpec = {
  name: "simulate",
  args: "",
  summary: "make a movie of nuclei with known truth (Cell Tracking Challenge layout)",
  sections: ["general"],
  flags: [
    outputFlag, overwriteFlag, ["--scene <name>", `${names.join(", ")} (default: ${names[0]})`], ["--frames <n>", "number of frames (default: 10)"],
    ["--size <px>", "edge of a frame (default: 512)"], ["--bits <8|16>", "bits of a pixel (default: 8)"],
  ],
  examples: ["simulate -o movie", "simulate -o movie --scene crowded --frames 50 --size 1024 --seed 7"],
  async run({ options, config, context }) {
    const scene = typeof options["scene"] === "string" ? options["scene"] : names[0]!;
    if (!(scene in simulatePresets)) throw new InvalidInput("--scene", names.join(", "), scene);
    const size = wholeNumber(options["size"], "--size", 512);
    const bits = wholeNumber(options["bits"], "--bits", 8);
    if (bits !== 8 && bits !== 16) throw new InvalidInput("--bits", "8 or 16", String(bits));
    const settings = { ...simulatePresets[scene as keyof typeof simulatePresets], height: size, width: size, bits, frames: wholeNumber(options["frames"], "--frames", 10), seed: config.general.seed } as const;
    const out = outputOf(options);
    await simulateTo(out, settings, config, overwriteOf(options), context);
    return { text: `Movie: ${out}/01 (truth in ${out}/01_GT)`, value: settings };
  },
};

function wholeNumber(given: unknown, flag: string, fallback: number): number {
  if (given === undefined) return fallback;
  const value = Number(given);
  if (!Number.isInteger(value)) throw new InvalidInput(flag, "a whole number", JSON.stringify(given));
  return value;
}
