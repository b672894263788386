import type { DemoResult } from "../../pipeline/run/demo.js";
import type { CommandSpec } from "../commandline/command.js";

/** `karyon demo`: everything on a simulated movie. */
export const demoCommand: CommandSpec = {
  name: "demo",
  args: "",
  summary: "run all steps on a simulated movie, and score the results against its known truth",
  flags: [["-o, --output <folder>", "folder for the movie and the results (default: karyon-demo)"]],
  examples: ["demo", "demo -o small --frames 3 --size 256 --steps 200"],
  stopText: "Run the same command to start the demo again from the beginning.",
  async run({ out, config, context }) {
    const { demo } = await import("../../pipeline/run/demo.js");
    const { report, instances, tracks } = await demo(out === "" ? "karyon-demo" : out, config, context);
    const at = (threshold: number): string =>
      instances.pooled.thresholds.find((row) => Math.abs(row.threshold - threshold) < 1e-9)!.f1.toFixed(3);
    const lines = [
      "Scores against the simulated truth, which the program did not see:",
      `  nuclei     F1 ${at(0.5)} at IoU 0.5, ${at(0.7)} at 0.7, ${at(0.8)} at 0.8, ${at(0.9)} at 0.9`,
      `  tracking   DET ${number(tracks.DET)}, SEG ${number(tracks.SEG)}, TRA ` +
        `${number(tracks.TRA)}, divisions F1 ${number(divisionF1(tracks))}`,
      `Report: ${report}`,
    ];
    return { text: lines.join("\n"), value: { report, instances, tracks } };
  },
};

/** Within a frame; undefined where there is no division on either side, which counts as 0. */
const divisionF1 = ({ BC, divisions: [, { tp, fp, fn }] }: DemoResult["tracks"]): number | undefined =>
  tp + fp + fn === 0 ? undefined : BC[1];

const number = (value: number | null | undefined): string =>
  value === null || value === undefined ? "-" : value.toFixed(3);
