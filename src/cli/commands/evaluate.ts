import { evaluateLabels, evaluateTracks } from "../../pipeline/evaluation.js";
import { writeFileAtomic } from "../../pipeline/files.js";
import { formatInstanceCsv, formatInstanceJson, formatInstanceTable } from "../../evaluate/format.js";
import { formatTrackTable } from "../../evaluate/tracks.js";
import type { CommandSpec } from "../command.js";

export const evaluateCommand: CommandSpec = {
  name: "evaluate",
  args: "<truth> <labels>",
  summary: "score label images (or, with --tracks, tracks) against the truth",
  sections: [],
  flags: [
    ["--csv <file>", "also write the scores as CSV"], ["--save-json <file>", "also write the scores, image by image, as JSON"],
    ["--tracks", "compare tracks in the layout of the Cell Tracking Challenge"], ["--errors <n>", "list up to n errors of each kind with their places (default: 5)"],
  ],
  examples: ["evaluate truth/ labels/", "evaluate truth/ labels/ --csv scores.csv", "evaluate --tracks 01_GT/TRA tracks/"],
  async run({ args: [truth, labels], options }) {
    if (options["tracks"] === true) {
      const scores = await evaluateTracks(truth!, labels!);
      return { text: formatTrackTable(scores), value: scores };
    }
    const { names, scores, errors } = await evaluateLabels(truth!, labels!);
    if (typeof options["csv"] === "string") await writeFileAtomic(options["csv"], formatInstanceCsv(scores, names));
    if (typeof options["saveJson"] === "string") await writeFileAtomic(options["saveJson"], formatInstanceJson(scores, names));
    const shown = Number(options["errors"] ?? 5);
    const lists = Object.entries(errors).map(([kind, list]: [string, typeof errors.missed]) => {
      const places = list.slice(0, shown).map(({ image, label, y, x }) => `${names[image]} #${label} at y ${y.toFixed(0)}, x ${x.toFixed(0)}`);
      return `${kind}: ${list.length}${places.length > 0 ? ` (${places.join("; ")}${list.length > shown ? "; ..." : ""})` : ""}`;
    });
    return { text: `${formatInstanceTable(scores)}\n${lists.join("\n")}`, value: { pooled: scores.pooled, errors } };
  },
};
