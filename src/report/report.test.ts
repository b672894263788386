import { describe, expect, it } from "vitest";
import { analyse } from "../analyse/analyse.js";
import type { Image } from "../core/image.js";
import { labelImage } from "../core/labels.js";
import { emptyNuclei } from "../core/nuclei.js";
import { formatNumber } from "../core/wording.js";
import { decodePng, encodePng } from "../io/png/png.js";
import { methodsParagraph, referencesOf, type MethodsInput } from "./methods.js";
import { buildReport, type ReportInput } from "./report.js";

const [height, width] = [40, 60];
const image: Image = {
  height,
  width,
  data: Uint8Array.from({ length: height * width }, (_, i) => i % 251),
  pixelSize: 0.5,
};
const labels = labelImage(
  height,
  width,
  Int32Array.from({ length: height * width }, (_, i) =>
    i % width > 5 && i % width < 15 ? 1 : i % width > 40 && i % width < 50 ? -1 : 0,
  ),
);
const nuclei = emptyNuclei(4);
nuclei.frame.set([0, 1, 2, 2]);
nuclei.label.set([1, 1, 1, 2]);
nuclei.y.set([10, 13, 10, 16]);
nuclei.x.set([10, 14, 14, 18]);
nuclei.area.fill(80);
const statistics = analyse(
  { nuclei, frames: 3, edges: Uint32Array.of(0, 1, 1, 2, 1, 3) },
  { height, width, pixelSize: 0.5, frameInterval: 120 },
);

const methods: MethodsInput = {
  version: "9.8.7",
  annotation: { preset: "auto", images: 3, candidates: 20, kept: 12, diameter: 41.64, background: "ignore" },
  training: {
    rays: 32,
    grid: 2,
    depth: 3,
    filters: 16,
    steps: 3000,
    batch: 4,
    patch: 96,
    learningRate: 0.001,
    schedule: "cosine",
    augmented: true,
    validation: 0.15,
    seed: 5,
  },
  segmentation: { probabilityThreshold: 0.48, overlapThreshold: 0.3, tuned: true, outline: "refined" },
  tracking: { tracker: "auto", radius: 22.5, estimated: true, gap: 1, divisions: true },
  analysis: { units: statistics.units, tracked: true },
};

const full: ReportInput = {
  title: "Movie <1> & co",
  created: "1 January 2020",
  parameters: { train: { steps: 3000, preset: "<auto>" } },
  source: { name: "movie.tif", kind: "movie", frames: 3, height, width, pixelSize: 0.5, frameInterval: 120 },
  notices: [
    { level: "note", text: "A note." },
    { level: "warning", text: "A warning <!>." },
  ],
  annotation: {
    pictures: [{ name: "f0", image, labels, rejected: labels }],
    images: 3,
    candidates: 20,
    kept: 12,
    reasons: [{ reason: "area < 5", count: 3 }],
  },
  training: {
    records: [
      { step: 10, trainingLoss: 1, validationLoss: 1.1 },
      { step: 20, trainingLoss: 0.5, validationLoss: 0.7 },
    ],
  },
  segmentation: [
    { name: "f0", image, labels },
    { name: "f1", image, labels },
  ],
  tracks: {
    name: "f0",
    image,
    nuclei,
    movie: {
      png: encodePng({ height: 2, width: 3, samples: 3, data: new Uint8Array(18) }),
      file: "figures/tracks.mp4",
    },
  },
  statistics,
  scores: [
    {
      title: "Against truth",
      thresholds: [{ threshold: 0.5, f1: 0.875, precision: 0.9, recall: 0.8, tp: 8, fp: 1, fn: 2 }],
      values: [{ name: "TRA", value: 0.99871 }],
    },
  ],
  timings: [{ stage: "train", seconds: 61, text: "done" }],
  versions: { karyon: "9.8.7" },
  files: [{ name: "tracks.csv", content: "tracks" }],
  methods,
};

describe("buildReport", () => {
  const html = buildReport(full);

  it("loads nothing from anywhere", () => {
    const loads = [...html.matchAll(/(?:src|href|srcset|data|action|poster)\s*=\s*"([^"]*)"/g)].map(
      (match) => match[1]!,
    );
    expect(loads.length).toBeGreaterThan(3);
    for (const load of loads) expect(load).toMatch(/^data:image\/png;base64,|^figures\/tracks\.mp4$/);
    expect(html).not.toMatch(
      /@import|url\((?!#|data:font\/woff2;base64,)|<link|<iframe|<object|<embed|fetch\(|XMLHttpRequest/,
    );
    expect(html).toContain("default-src 'none'");
    // The namespace of SVG is a name, not an address that is read.
    expect(html.replaceAll('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:/);
  });

  it("escapes text, and names warnings before notes", () => {
    expect(html).toContain("<title>Movie &lt;1&gt; &amp; co</title>");
    expect(html).toContain("<h1>Movie &lt;1&gt; &amp; co</h1>");
    expect(html).toContain("area &lt; 5");
    expect(html).toContain("&lt;auto&gt;");
    expect(html.indexOf("A warning &lt;!&gt;.")).toBeLessThan(html.indexOf("A note."));
  });

  it("shows the numbers of the statistics", () => {
    const card = (label: string): string =>
      new RegExp(`<div class="label">${label}[^<]*</div>\\s*<div class="value">([^<]*)<`).exec(html)![1]!;
    expect(card("frames")).toBe("3");
    expect(card("divisions")).toBe("1");
    expect(card("tracks")).toBe("3");
    // 5 px x 0.5 µm in 2 min.
    expect(statistics.summary.meanSpeed).toBe(1.25);
    expect(card("mean speed")).toBe("1.25");
    expect(card("mean density")).toBe(formatNumber(statistics.summary.meanDensity));
    expect(card("training nuclei")).toBe("12");
    expect(html).toContain('<td class="number">0.875</td>');
    expect(html).toContain('<td class="number">0.9987</td>');
    expect(html).toContain("1 min 01 s");
    expect(html).toContain("<td>train.steps</td><td>3000</td>");
  });

  it("holds pictures that decode to the size they name", () => {
    const pictures = [
      ...html.matchAll(/<img src="data:image\/png;base64,([^"]+)" width="(\d+)" height="(\d+)"/g),
    ];
    expect(pictures).toHaveLength(5);
    for (const [, data, w, h] of pictures) {
      const { plane } = decodePng(new Uint8Array(Buffer.from(data!, "base64")), "report");
      expect([plane.width, plane.height]).toEqual([Number(w), Number(h)]);
    }
    // 60 x 40 px enlarged four times; 30 µm wide, so a bar of 5 µm.
    expect(pictures[0]!.slice(2)).toEqual(["240", "160"]);
    expect(html).toContain("scale bar 5 µm");
  });

  it("shows the middle at 1:1 beside an image that had to be reduced", () => {
    const large: Image = { height: 100, width: 1600, data: new Uint8Array(160_000) };
    const report = buildReport({
      title: "t",
      parameters: {},
      segmentation: [{ name: "f", image: large, labels: labelImage(100, 1600, new Int32Array(160_000)) }],
    });
    expect([...report.matchAll(/width="(\d+)" height="(\d+)" alt/g)].map((match) => match.slice(1))).toEqual([
      ["1300", "81"],
      ["700", "100"],
    ]);
    expect(report).toContain("the middle 700 × 100 px");
  });

  it("folds away what would push the results out of sight", () => {
    const report = buildReport({
      title: "t",
      parameters: {},
      notices: Array.from({ length: 30 }, (_, i) => ({ level: "warning" as const, text: `w${i}.` })),
    });
    expect(report).toContain("<summary>22 more</summary>");
    expect(report.match(/<li class="warning">/g)).toHaveLength(30);
  });

  it("shows divisions with frame, place and probability, and says how many are left out", () => {
    const strip = { height: 4, width: 30, samples: 3 as const, data: new Uint8Array(360) };
    const division = { frame: 12, y: 233.4, x: 410, mother: 1, daughters: [2, 3] as const, strip };
    const build = (probabilities: readonly number[]): string =>
      buildReport({
        ...full,
        divisions: { shown: probabilities.map((probability) => ({ ...division, probability })), of: 12345 },
      });
    const report = build([0.004, 0.625, 0.9999]);
    expect(report).toContain("<h2>Divisions</h2>");
    expect(report).toContain(
      "3 of 12\u202f345 divisions, in the order of their probability: the doubtful first.",
    );
    const captions = [...report.matchAll(/<figcaption>\s*probability([^]*?)<\/figcaption>/g)].map((match) =>
      match[1]!
        .replace(/<[^>]*>/g, "")
        .replace(/\s+/g, " ")
        .trim(),
    );
    expect(captions).toEqual(
      ["below 0.01", "0.63", "above 0.99"].map(
        (text) => `${text} · frame 12, y 233, x 410 px · track 1 to 2 and 3`,
      ),
    );
    expect(report.match(/loading="lazy"/g)).toHaveLength(3);
    // A click on a number shows the track in the picture.
    expect(report).toContain('<a data-track="3">3</a>');
    const unknown = build([NaN]);
    expect(unknown).toContain(
      "1 of 12\u202f345 divisions, in the order of time: this tracker states no probability.",
    );
    expect(unknown).not.toMatch(/probability <b>/);
    expect(html).not.toContain("<h2>Divisions</h2>");
  });

  it("lacks the parts that were not given", () => {
    const report = buildReport({ title: "t", parameters: {} });
    expect([...report.matchAll(/<h2>([^<]*)/g)]).toEqual([]);
    expect(report).not.toContain("<img");
    const images = analyse(
      { nuclei, frames: 3, edges: new Uint32Array(0) },
      { height, width },
      { tracked: false },
    );
    const set = buildReport({
      title: "t",
      parameters: {},
      statistics: images,
      tracks: { name: "f", image, nuclei },
      frameNames: ["a", "b", "c"],
    });
    expect([...set.matchAll(/<h2>([^<]*)/g)].map((match) => match[1])).toEqual(["Population", "Tables"]);
    expect(set).toContain("The pixel size is unknown");
    expect(set).not.toContain("The frame interval is unknown");
  });

  it("is the same for the same input", () => {
    expect(buildReport(full)).toBe(html);
  });
});

describe("methodsParagraph", () => {
  it("names the parameters that were used", () => {
    const text = methodsParagraph(methods);
    for (const part of [
      "Karyon 9.8.7",
      "12 of 20 objects",
      "41.6 px",
      "3000 steps",
      "batches of 4 patches of 96 × 96 px",
      "learning rate of at most 0.001,",
      "16 filters",
      "threshold of 0.48",
      "threshold of 0.3, chosen",
      "radius of 22.5 px, estimated from the data",
      "gaps of at most 1 frame ",
      "µm/min",
      "seed 5",
      "15 %",
    ]) {
      expect(text).toContain(part);
    }
  });

  it("cites what it used and nothing else", () => {
    expect(referencesOf(methods).map(({ key }) => key)).toEqual([
      "Englbrecht",
      "Jaqaman",
      "Ronneberger",
      "Schmidt",
    ]);
    expect(
      referencesOf({
        version: "1",
        annotation: { ...methods.annotation!, preset: "paper", background: "noise" },
      }).map(({ key }) => key),
    ).toEqual(["Englbrecht", "Otsu"]);
    expect(referencesOf({ version: "1" })).toEqual([]);
  });

  it("says what was not done", () => {
    const text = methodsParagraph({
      version: "1",
      tracking: { tracker: "auto", radius: 5, estimated: false, gap: 0, divisions: false },
    });
    expect(text).toContain("Divisions were not sought.");
    expect(text).not.toMatch(/gaps|estimated|StarDist/);
  });

  it("tells of the overlap tracker no radius", () => {
    const methods: MethodsInput = {
      version: "1",
      tracking: { tracker: "trackmate-overlap", radius: 0, estimated: true, gap: 0, divisions: true },
    };
    expect(methodsParagraph(methods)).toMatch(/overlap tracker of TrackMate .*if this is above 0\.3\./);
    expect(methodsParagraph(methods)).not.toMatch(/px|LAP/);
    expect(referencesOf(methods).map(({ key }) => key)).toEqual(["Tinevez"]);
  });
});
