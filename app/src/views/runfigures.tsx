/** Figures and statistics of a run, as they were written, and a study. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { FolderFile, StudyAnswer } from "../../../src/server/messages.js";
import { parseCsv, type CsvTable } from "../../../src/io/csv.js";
import { apiUrl } from "../api/address.js";
import { getJson, request } from "../api/request.js";
import { ObjectTable } from "../parts/objecttable.js";
import { attempt } from "../state/notices.js";
import { openProject, project, projectPath } from "../state/openproject.js";
import { leftStudy, study } from "../state/study.js";
import { isAtWork, startWork } from "../state/work.js";
import { fileName } from "./inspectionlist.js";

/** Says that what is shown was made before the last change, and makes it anew. */
function Stale({ stage }: { readonly stage: "figures" | "analyse" }): JSX.Element | null {
  const { freshness } = project.value!.stages[stage];
  if (freshness === "fresh") return null;
  const text =
    freshness === "stale" ? "Stale: these were made before the last change." : "There are none yet.";
  return (
    <p class="stale-note row">
      <span>{text}</span>
      <button type="button" disabled={isAtWork()} onClick={() => attempt(() => startWork({ until: stage }))}>
        Make them
      </button>
    </p>
  );
}

const fileUrl = (path: string): string =>
  apiUrl(`${projectPath.value}/files/${path.split("/").map(encodeURIComponent).join("/")}`);

/** Such as `area of nuclei`. */
const figureTitle = (path: string): string =>
  fileName(path)
    .replace(/\.svg$/, "")
    .replaceAll("_", " ");

/** The figures of the report. */
export function FigureGallery(): JSX.Element {
  const [files, setFiles] = useState<readonly FolderFile[]>([]);
  const { finished } = project.value!.stages.figures;
  useEffect(
    () => attempt(async () => setFiles(await getJson<readonly FolderFile[]>(`${projectPath.value}/figures`))),
    [finished],
  );
  return (
    <div>
      <Stale stage="figures" />
      <div class="gallery">
        {files
          .filter(({ path }) => path.endsWith(".svg"))
          .map(({ path }) => (
            <figure key={path}>
              <a href={fileUrl(path)} target="_blank" rel="noreferrer">
                <img
                  loading="lazy"
                  alt={`Figure: ${figureTitle(path)}`}
                  src={`${fileUrl(path)}?v=${finished}`}
                />
              </a>
              <figcaption class="quiet">{figureTitle(path)}</figcaption>
            </figure>
          ))}
      </div>
    </div>
  );
}

/** `statistics/summary.csv`. */
export function Statistics(): JSX.Element {
  const [table, setTable] = useState<CsvTable | undefined>();
  const { freshness, finished } = project.value!.stages.analyse;
  useEffect(() => {
    if (freshness === "missing") return;
    attempt(async () => {
      const answer = await request(`${projectPath.value}/files/statistics/summary.csv`);
      setTable(parseCsv(await answer.text()));
    });
  }, [finished]);
  return (
    <div>
      <Stale stage="analyse" />
      {table === undefined || freshness === "missing" ? undefined : (
        <table class="facts wrapped" aria-label="Statistics">
          <thead>
            <tr>
              {table.header.map((title) => (
                <th key={title} scope="col">
                  {headings[title] ?? title.replaceAll("_", " ")}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map((cells, row) => (
              <tr key={row}>
                {cells.map((cell, column) => (
                  <td key={column} class={isNumber(cell) ? "number" : ""}>
                    {isNumber(cell) ? String(Number(Number(cell).toPrecision(4))) : quantityText(cell)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

/** What people call the columns. */
const headings: Readonly<Record<string, string>> = { low: "95 % from", high: "to", n: "n" };

/** Such as `median area [µm²]` of `median_area_um2`. */
const quantityText = (cell: string): string =>
  cell
    .replaceAll("_", " ")
    .replace(/ per mm2$/, " [1/mm²]")
    .replace(/ um per min$/, " [µm/min]")
    .replace(/ um2$/, " [µm²]")
    .replace(/ um$/, " [µm]")
    .replace(/ min$/, " [min]")
    .replace(/ deg$/, " [°]");

const isNumber = (cell: string): boolean => cell !== "" && Number.isFinite(Number(cell));

/** A sample that is open already only comes to the front. */
async function openSample(run: string): Promise<void> {
  const shown = study.peek();
  await openProject({ run });
  leftStudy.value = shown;
  study.value = undefined;
}

/** Conditions of a study side by side, with the way to each of its samples. */
export function StudyPanel({ now }: { readonly now: StudyAnswer }): JSX.Element {
  return (
    <div class="study">
      <div class="row">
        <h2 class="fill">{now.name}</h2>
        <button type="button" onClick={() => (study.value = undefined)}>
          Close the study
        </button>
      </div>
      <ul class="plain row">
        {now.samples.map(({ name, condition, run }) => (
          <li key={run}>
            <button type="button" onClick={() => attempt(() => openSample(run))}>
              {name} <span class="quiet">{condition}</span>
            </button>
          </li>
        ))}
      </ul>
      <div class="gallery">
        {now.figures.map((path) => (
          <figure key={path}>
            <img
              loading="lazy"
              alt={`Figure: ${figureTitle(path)}`}
              src={apiUrl(`studies/files?path=${encodeURIComponent(path)}`)}
            />
            <figcaption class="quiet">{figureTitle(path)}</figcaption>
          </figure>
        ))}
      </div>
      {now.tables.map((table) => (
        <section key={table.name} class="study-table" aria-label={table.name}>
          <h3>{table.name}</h3>
          <ObjectTable
            table={{ ...table, name: "tracks" }}
            label={table.name}
            selection={new Set()}
            onSelect={() => undefined}
          />
        </section>
      ))}
    </div>
  );
}
