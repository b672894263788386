/** Files to be taken away: every format, the present view as a picture, the report. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ExportListing } from "../../../src/server/messages.js";
import { apiUrl } from "../api/address.js";
import { getJson } from "../api/request.js";
import { attempt } from "../state/notices.js";
import { job, project, projectPath } from "../state/openproject.js";
import { isAtWork, startWork } from "../state/work.js";
import { sizeText } from "./filelist.js";
import { savePicture } from "./viewpicturefile.js";

const wanted = signal<ReadonlySet<string>>(new Set());

function want(name: string, isOn: boolean): void {
  const next = new Set(wanted.value);
  if (isOn) next.add(name);
  else next.delete(name);
  wanted.value = next;
}

/** Formats to choose, what was written, pictures, the report. */
export function ExportPanel(): JSX.Element {
  const [listing, setListing] = useState<ExportListing | undefined>();
  const state = job.value?.state;
  useEffect(
    () => attempt(async () => setListing(await getJson<ExportListing>(`${projectPath.value}/exports`))),
    [state],
  );
  const hasTracks = project.value?.labelLayers.tracks !== undefined;
  const hasLabels = project.value?.labelLayers.labels !== undefined;
  const run = (): Promise<void> => startWork({ export: [...wanted.value].join(",") });
  return (
    <div class="export-panel">
      <section class="card" aria-label="Formats">
        <h3>Formats</h3>
        {hasLabels ? undefined : <p class="quiet">Segment first: there is nothing to export yet.</p>}
        <div class="formats">
          {listing?.formats.map(({ name, title, needsTracks }) => (
            <label key={name} class="choice">
              <input
                type="checkbox"
                checked={wanted.value.has(name)}
                disabled={!hasLabels || (needsTracks && !hasTracks)}
                onChange={({ currentTarget }) => want(name, currentTarget.checked)}
              />
              <span>{title}</span>
            </label>
          ))}
        </div>
        <button
          type="button"
          class="primary"
          disabled={wanted.value.size === 0 || isAtWork()}
          onClick={() => attempt(run)}
        >
          Export
        </button>
      </section>
      <Written listing={listing} />
      <section class="card" aria-label="Picture of the view">
        <h3>Picture of the view</h3>
        <div class="row">
          <button type="button" onClick={() => attempt(() => savePicture("view"))}>
            As it is seen
          </button>
          <button type="button" onClick={() => attempt(() => savePicture("whole"))}>
            The whole frame
          </button>
        </div>
      </section>
      <Report />
      <OtherViewers />
    </div>
  );
}

/** The address at which other programs read the same images and labels while the studio runs. */
function OtherViewers(): JSX.Element {
  const address = apiUrl(`${projectPath.value}/images.zarr/0`);
  return (
    <section class="card" aria-label="Other viewers">
      <h3>For napari, vizarr and Python</h3>
      <p class="quiet">OME-Zarr with all labels, at this address while the studio runs:</p>
      <div class="row">
        <input readOnly aria-label="Address of the images" value={address} />
        <button type="button" onClick={() => attempt(() => navigator.clipboard.writeText(address))}>
          Copy
        </button>
      </div>
    </section>
  );
}

function Written({ listing }: { readonly listing: ExportListing | undefined }): JSX.Element | null {
  if (listing === undefined || listing.files.length === 0) return null;
  return (
    <section class="card" aria-label="Exported files">
      <h3>Exported</h3>
      <ul class="plain">
        {listing.files.map(({ path, isFolder, size }) => (
          <li key={path} class="row">
            <a
              href={apiUrl(
                `${projectPath.value}/exports/${path.split("/").map(encodeURIComponent).join("/")}`,
              )}
              download
            >
              {path}
              {isFolder ? ".zip" : ""}
            </a>
            <span class="quiet">{sizeText(size)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Report(): JSX.Element {
  const stage = project.value?.stages.report;
  return (
    <section class="card" aria-label="Report">
      <h3>Report</h3>
      <div class="row">
        {stage === undefined || stage.freshness === "missing" ? undefined : (
          <a class="button" href={apiUrl(`${projectPath.value}/report`)} target="_blank" rel="noreferrer">
            Open in a new tab{stage.freshness === "stale" ? " (stale)" : ""}
          </a>
        )}
        <button
          type="button"
          disabled={isAtWork()}
          onClick={() => attempt(() => startWork({ until: "report" }))}
        >
          {stage?.freshness === "fresh" ? "Make it again" : "Make it up to date"}
        </button>
      </div>
    </section>
  );
}
