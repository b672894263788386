import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LabelImage, labelImage } from "../core/labels.js";
import { random } from "../core/random.js";
import { labelCandidates } from "./labelling.js";
import type { Mask, Proposal } from "./propose.js";
import { type Decision, emptyFeatures } from "./types.js";

const kept: Decision = { kept: true, score: 1, reason: "" };
const rejected: Decision = { kept: false, score: 0.1, reason: "no 1", cause: "shape" };

/** Digits are labels, "." is 0, "?" is -1. */
const draw = (...rows: readonly string[]): LabelImage =>
  labelImage(
    rows.length,
    rows[0]!.length,
    Int32Array.from(rows.join(""), (c) => (c === "." ? 0 : c === "?" ? -1 : Number(c))),
  );
const shown = ({ width, data }: LabelImage): string[] => {
  const text = Array.from(data, (label) => (label === 0 ? "." : label < 0 ? "?" : String(label))).join("");
  return Array.from({ length: data.length / width }, (_, y) => text.slice(y * width, (y + 1) * width));
};

interface Given {
  readonly bright?: Mask | undefined;
  readonly missing?: Uint8Array | undefined;
  readonly diameter?: number;
  readonly intensities?: readonly number[];
  readonly warnings?: readonly string[];
}

/** Intensities by candidate; 100 where none is given. Nothing is bright unless given. */
function proposalOf(
  labels: LabelImage,
  { bright, missing, diameter = 10, intensities = [], warnings = [] }: Given,
): Proposal {
  const objects = emptyFeatures(labels.count);
  for (let i = 0; i < labels.count; i++) objects.intensity[i] = intensities[i] ?? 100;
  const nothing = {
    height: labels.height,
    width: labels.width,
    scale: 1,
    data: new Uint8Array(labels.data.length),
  };
  return {
    labels,
    bright: bright ?? nothing,
    missing,
    objects,
    diameter,
    settings: { method: "auto" },
    warnings,
  };
}

const everywhere = ({ height, width }: LabelImage): Mask => ({
  height,
  width,
  scale: 1,
  data: new Uint8Array(height * width).fill(1),
});

describe("labelCandidates", () => {
  // Of nuclei of 10 px, the rim is 1.5 px wide (all eight neighbours) and the margin 1 px (the four next to
  // it).
  const candidates = draw(
    "...............",
    "..11...........",
    "..11....22..33.",
    "........22..33.",
    "...............",
  );
  const decisions = [kept, rejected, rejected];

  it(
    "numbers what is kept, leaves what is rejected unknown with a margin, and the dim among it " +
      "to the background",
    () => {
      const { labels, objects } = labelCandidates(
        proposalOf(candidates, { intensities: [100, 90, 20] }),
        decisions,
      );
      expect(shown(labels)).toEqual([
        "...............",
        "..11....??.....",
        "..11...????....",
        ".......????....",
        "........??.....",
      ]);
      expect([labels.count, ...objects.label]).toEqual([1, 1, 0, 0]);
    },
  );

  it(
    "leaves what is bright for no reason unknown, the dim candidate too, but keeps a rim of " +
      "background around the kept",
    () => {
      const { labels } = labelCandidates(
        proposalOf(candidates, { bright: everywhere(candidates), intensities: [100, 90, 20] }),
        decisions,
      );
      expect(shown(labels)).toEqual([
        "?....??????????",
        "?.11.??????????",
        "?.11.??????????",
        "?....??????????",
        "???????????????",
      ]);
    },
  );

  it("takes for glow what is below a quarter of the median of the kept, and nothing where none is kept", () => {
    const glow = (intensities: readonly number[], fates: readonly Decision[]): string =>
      shown(labelCandidates(proposalOf(draw("1.2.3.4"), { intensities, diameter: 2 }), fates).labels).join(
        "",
      );
    expect(glow([100, 200, 25, 24], [kept, kept, rejected, rejected])).toBe("1.2....");
    expect(glow([100, 200, 38, 37], [kept, kept, rejected, rejected])).toBe("1.2.??.");
    expect(glow([100, 200, 3, 0], [rejected, rejected, rejected, rejected])).toBe("???????");
    // A kept one is a nucleus however dim.
    expect(glow([100, 100, 100, 1], [kept, kept, kept, kept])).toBe("1.2.3.4");
  });

  it("widens rim and margin with the diameter", () => {
    // Diameter 30: rim 3 px, margin 2.4 px.
    const line = draw("..........1.........2..........");
    const { labels } = labelCandidates(
      proposalOf(line, {
        diameter: 30,
        bright: { ...everywhere(line), data: Uint8Array.from(line.data, (_, x) => (x < 16 ? 1 : 0)) },
      }),
      [kept, rejected],
    );
    expect(shown(labels)).toEqual(["???????...1...??..?????........"]);
  });

  it(
    "gives a pixel between a kept and a rejected candidate to the nearer one, and to the lower " +
      "number of two equally near",
    () => {
      const line = (text: string, fates: readonly Decision[]): string =>
        shown(labelCandidates(proposalOf(draw(text), { diameter: 30 }), fates).labels).join("");
      expect(line("1.2", [kept, rejected])).toBe("1.?");
      expect(line("1.2", [rejected, kept])).toBe("??1");
      expect(line("1..2", [kept, rejected])).toBe("1.??");
      // The rejected one lies 2 px from the fourth pixel, the kept one 3.
      expect(line("1....2", [kept, rejected])).toBe("1..???");
    },
  );

  it("leaves what has no value unknown", () => {
    const line = draw("1.......");
    const { labels } = labelCandidates(proposalOf(line, { missing: Uint8Array.of(0, 0, 0, 1, 0, 0, 1, 0) }), [
      kept,
    ]);
    expect(shown(labels)).toEqual(["1..?..?."]);
  });

  it.each([
    [0.5, 5, 7],
    [0.4, 11, 8],
    [16 / 37, 23, 30],
  ])(
    "puts a bright area at %f of the scale on the pixels whose centres it covers, of an image of %i x %i px",
    (scale, height, width) => {
      const [h, w] = [Math.round(height * scale), Math.round(width * scale)];
      const bright = Uint8Array.from({ length: h * w }, (_, i) => ((i * 7919) % 3 === 0 ? 1 : 0));
      const empty = labelImage(height, width, new Int32Array(height * width));
      const { labels } = labelCandidates(
        proposalOf(empty, { bright: { height: h, width: w, scale, data: bright } }),
        [],
      );
      expect(labels.data).toEqual(
        Int32Array.from(labels.data, (_, p) => {
          const [y, x] = [
            Math.floor((Math.floor(p / width) + 0.5) * scale),
            Math.floor(((p % width) + 0.5) * scale),
          ];
          return bright[Math.min(h - 1, y) * w + Math.min(w - 1, x)] === 1 ? -1 : 0;
        }),
      );
      expect(new Set(labels.data)).toEqual(new Set([0, -1]));
    },
  );

  it("says when no candidate is certain enough, beside the warnings of the proposal", () => {
    const warned = proposalOf(candidates, { warnings: ["The image is dark."] });
    expect(labelCandidates(warned, [rejected, rejected, rejected]).warnings).toEqual([
      "The image is dark.",
      "None of 3 candidates is certain enough to be annotated.",
    ]);
    expect(labelCandidates(warned, [rejected, kept, rejected]).warnings).toEqual(["The image is dark."]);
    const unknown = proposalOf(draw("..."), { warnings: ["No size."], diameter: 0 });
    expect(labelCandidates(unknown, []).warnings).toEqual(["No size."]);
    expect(labelCandidates(proposalOf(draw("..."), {}), []).warnings).toEqual([
      "Nothing in the image looks like a nucleus.",
    ]);
  });

  it("follows these rules, pixel by pixel, whatever the candidates", () => {
    const scenes = fc.record({
      height: fc.integer({ min: 1, max: 14 }),
      width: fc.integer({ min: 1, max: 14 }),
      seed: fc.integer(),
      diameter: fc.constantFrom(1, 14, 22, 40),
      filled: fc.constantFrom(0.05, 0.2, 0.6),
    });
    fc.assert(
      fc.property(scenes, ({ height, width, seed, diameter, filled }) => {
        const rng = random(seed);
        const drawn = Int32Array.from({ length: height * width }, () =>
          rng.next() < filled ? 1 + rng.integer(6) : 0,
        );
        // Numbers without a gap, as those of a proposal are.
        const present = [...new Set(drawn)].filter((label) => label > 0).sort((a, b) => a - b);
        const data = drawn.map((label) => (label > 0 ? present.indexOf(label) + 1 : 0));
        const mask = (share: number): Uint8Array => Uint8Array.from(data, () => (rng.next() < share ? 1 : 0));
        const [bright, fates, intensities] = [
          mask(0.5),
          present.map(() => (rng.next() < 0.5 ? kept : rejected)),
          present.map(() => rng.uniform(0, 200)),
        ];
        const proposal = proposalOf(labelImage(height, width, data), {
          bright: { height, width, scale: 1, data: bright },
          diameter,
          intensities,
        });
        const out = labelCandidates(proposal, fates).labels.data;

        const certain = intensities.filter((_, i) => fates[i]!.kept).sort((a, b) => a - b);
        const middle = (certain[(certain.length - 1) >> 1]! + certain[certain.length >> 1]!) / 2;
        const isGlow = (label: number): boolean =>
          !fates[label - 1]!.kept && intensities[label - 1]! < 0.25 * middle;
        const numbers = fates.map(({ kept: fate }, i) =>
          fate ? fates.slice(0, i + 1).filter((other) => other.kept).length : -1,
        );
        const [rim, margin] = [Math.max(1.5, 0.1 * diameter), Math.max(1, 0.08 * diameter)];
        out.forEach((label, p) => {
          const own = data[p]!;
          if (own > 0 && !isGlow(own)) return expect(label).toBe(numbers[own - 1]);
          const near = Array.from(data, (other, q) => ({
            other,
            away: (Math.floor(q / width) - Math.floor(p / width)) ** 2 + ((q % width) - (p % width)) ** 2,
          }))
            .filter(({ other }) => other > 0 && !isGlow(other))
            .sort((a, b) => a.away - b.away || a.other - b.other)[0];
          const isRim = near !== undefined && fates[near.other - 1]!.kept && near.away <= rim ** 2;
          const isMargin = near !== undefined && !fates[near.other - 1]!.kept && near.away <= margin ** 2;
          return expect(label).toBe(isMargin || (bright[p] === 1 && !isRim) ? -1 : 0);
        });
      }),
      { numRuns: 200 },
    );
  });
});
