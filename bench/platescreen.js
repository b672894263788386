// A plate screen of 10 TB on paper: writes the table of docs/scale.md from workflow/measured.yaml, from
// bench/results/shards.json where it is there, and from the assumptions below.
//   node bench/platescreen.js
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const root = fileURLToPath(new URL("..", import.meta.url));
const { measured } = parse(readFileSync(join(root, "workflow/measured.yaml"), "utf8"));

/** What is assumed. Prices are round figures of 2025's clouds, in dollars. */
const screen = {
  wells: 384,
  positions: 9,
  frames: 345,
  side: 2048,
  bytesPerPixel: 2,
  cores: 200,
  coresPerJob: 2,
  moviesPerJob: 4,
  dollarsPerCoreHour: 0.04,
  dollarsPerTbMonth: 22,
};

/** Measured, but not in the workflow's table. Bytes are those a pixel that is read. */
const beside = {
  // karyon annotate on 3 frames of 1024 x 1024 px of 16 bits, scene mdck: folders images, overlays, masks and
  // candidates, objects.csv.
  images: 2.0,
  overlays: 0.9,
  masks: 0.19,
  tables: 0.05,
  // Labels and masks of tracks are as large as the annotation's masks.
  labels: 0.19,
  // Figures, pages and tables of statistics of one movie, MB: they hardly grow with it.
  reportMb: 2.7,
  // SHA-256 of files on one core, MB/s: 1.4 s of processor time for 1 GB. A file system may well be slower.
  hashMb: 700,
  // Files of a movie: three label images and two pictures a frame, and 40 others.
  filesPerFrame: 6,
  filesPerMovie: 40,
  // Start of the engine's three processes and of Karyon for one job, s; replaced by bench/results/shards.json.
  jobSeconds: 6,
};

const shards = join(root, "bench/results/shards.json");
if (existsSync(shards)) {
  const { rows } = JSON.parse(readFileSync(shards, "utf8"));
  // Both rounds of a shard, above what the engine itself takes.
  beside.jobSeconds =
    4 + Number(rows.find(([work, count]) => work === "segment" && count !== "whole")[5]) / 2;
}

const movies = screen.wells * screen.positions;
const frames = movies * screen.frames;
const mpx = (frames * screen.side ** 2) / 1e6;
const tb = (mpx * screen.bytesPerPixel) / 1e6;
const hours = (stage) => (measured[stage].perMpx * mpx * screen.coresPerJob) / 3600;
const stages = ["annotate", "segment", "track"];
const jobs = 2 + Math.ceil(movies / screen.moviesPerJob) * 2;
const jobHours = (jobs * beside.jobSeconds * screen.coresPerJob) / 3600;
const parallel = stages.reduce((sum, stage) => sum + hours(stage), 0) + jobHours;
const trainHours = measured.train.seconds / 3600;
// Plan and comparison read all movies, each in one process; what lies between them trusts the plan.
const hashHours = (2 * tb * 1e6) / beside.hashMb / 3600;
const compareHours = (measured.compare.perMovie * movies) / 3600;
const wall = parallel / screen.cores + trainHours + hashHours + compareHours;
const memoryOf = (stage, movieCount) => {
  const { mb, mbPerFrameMpx = 0, mbPerMpx = 0 } = measured[stage];
  const frame = screen.side ** 2 / 1e6;
  return mb + mbPerFrameMpx * frame + mbPerMpx * frame * screen.frames * movieCount;
};
const written = beside.images + beside.masks + beside.tables + 2 * beside.labels;
const perTb = (bytes) => bytes / screen.bytesPerPixel;
const coreHours = parallel + (trainHours + hashHours + compareHours) * screen.coresPerJob;
const storedTb = tb * (1 + perTb(written));
const round = (value, digits = 0) =>
  value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits });

const rows = [
  ["read", `${round(tb, 1)} TB: ${round(movies)} movies, ${round(frames)} frames, ${round(mpx)} million px`],
  ...stages.map((stage) => [`core hours, ${stage}`, round(hours(stage))]),
  ["core hours, start of jobs", round(jobHours, 1)],
  ["core hours, all", round(coreHours)],
  [`wall time on ${screen.cores} cores`, `${round(wall, 1)} h`],
  ["of this, not parallel", `${round(wall - parallel / screen.cores, 1)} h: see below`],
  ["memory of a job, annotate", `${round(memoryOf("annotate", 1) / 1000, 1)} GB`],
  ["memory of a job, segment", `${round(memoryOf("segment", 1) / 1000, 1)} GB`],
  ["memory of a job, track", `${round(memoryOf("track", 1) / 1000, 1)} GB (a movie at a time)`],
  [
    "written a TB read",
    `${round(perTb(written), 2)} TB; with overlays ${round(perTb(written + beside.overlays), 2)}`,
  ],
  ["reports and figures", `${round((movies * beside.reportMb) / 1000, 1)} GB`],
  ["jobs", `${round(jobs)}, of ${screen.moviesPerJob} movies each`],
  ["files", `${round((frames * beside.filesPerFrame + movies * beside.filesPerMovie) / 1e6, 1)} million`],
  [
    `cost at ${screen.dollarsPerCoreHour} dollars a core hour`,
    `${round(coreHours * screen.dollarsPerCoreHour)} dollars`,
  ],
  [
    `cost at ${screen.dollarsPerTbMonth} dollars a TB and month`,
    `${round(storedTb * screen.dollarsPerTbMonth)} dollars a month, images included`,
  ],
  ["one process: hashes of the inputs, twice", `${round(hashHours, 1)} h`],
  ["one process: training", `${round(trainHours, 1)} h`],
  ["one process: comparison", `${round(compareHours, 1)} h`],
];
const table = ["| what | how much |", "|---|---|", ...rows.map(([a, b]) => `| ${a} | ${b} |`)].join("\n");

const page = join(root, "docs/scale.md");
const marks = ["<!-- made by node bench/platescreen.js -->", "<!-- end -->"];
const text = readFileSync(page, "utf8");
const [from, to] = marks.map((mark) => text.indexOf(mark));
if (from < 0 || to < from) throw new Error(`docs/scale.md: expected the marks ${marks.join(" and ")}`);
writeFileSync(page, `${text.slice(0, from + marks[0].length)}\n\n${table}\n\n${text.slice(to)}`);
console.log(table);
