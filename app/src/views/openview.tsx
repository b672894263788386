/** Choosing what to work on, and how it is read. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { InspectAnswer, ProjectState } from "../../../src/server/messages.js";
import { choose, chosen, inspected } from "../state/choice.js";
import { attempt } from "../state/notices.js";
import { about, openProject, project } from "../state/openproject.js";
import { viewTitles } from "../state/pagecommands.js";
import { view, type ViewName } from "../state/place.js";
import { recent } from "../state/recent.js";
import { Calibration } from "./calibration.js";
import { openDropped } from "./droptarget.js";
import { FileList } from "./filelist.js";
import { fileName, InspectionList, InspectionTable, WarningList } from "./inspectionlist.js";

/** The first view: files at the left, what they hold at the right. */
export function OpenView(): JSX.Element {
  const now = project.value;
  return (
    <section class="open-view" aria-label="Open">
      <div class="card open-files">
        <h2>Open images or a run</h2>
        <DropBox />
        <FileList />
        <Recent />
      </div>
      <div class="open-side">
        {chosen.value.size > 0 ? <Choice /> : undefined}
        {now === undefined ? undefined : <ProjectCard now={now} />}
        {now === undefined && chosen.value.size === 0 ? <Welcome /> : undefined}
      </div>
    </section>
  );
}

function DropBox(): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const take = (files: globalThis.FileList | null): void =>
    attempt(() => openDropped({ files: [...(files ?? [])], folder: undefined }));
  return (
    <div class="drop-box">
      <span>Drop files or a folder anywhere on this page</span>
      <button type="button" onClick={() => input.current?.click()}>
        or choose them
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files to open"
        onChange={({ currentTarget }) => take(currentTarget.files)}
      />
    </div>
  );
}

function Recent(): JSX.Element | null {
  const open = about.value?.projects ?? [];
  const known = recent.value.filter(({ out }) => out !== project.value?.out);
  if (known.length === 0) return null;
  return (
    <div class="recent">
      <h3>Recent</h3>
      <ul class="plain">
        {known.map(({ name, out, inputs }) => (
          <li key={out}>
            <button
              type="button"
              class="file"
              title={out}
              onClick={() => attempt(() => openProject({ inputs, out }))}
            >
              <span class="name fill">{name}</span>
              <span class="quiet">{open.some((other) => other.out === out) ? "open" : ""}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Welcome(): JSX.Element {
  return (
    <div class="card welcome">
      <h2>From images to numbers, and back to the picture behind each</h2>
      <ol>
        <li>Open a movie or a folder of images; check the scale.</li>
        <li>Annotate: nuclei that are sure are found with nobody drawing.</li>
        <li>Correct the doubtful ones, train, segment and track.</li>
        <li>Explore, and take tables, pictures and files with you.</li>
      </ol>
      <p class="quiet">Nothing leaves this machine. Press ? for all keys, Ctrl+K to find a command.</p>
    </div>
  );
}

/** What is chosen in the list, before it is opened. */
function Choice(): JSX.Element {
  const found: InspectAnswer | undefined = inspected.value;
  const [files, setFiles] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const fine = (found ?? []).filter(({ error }) => error === undefined);
    // Of a file of several series, the first is meant unless the user says otherwise.
    const isOneFile = new Set(fine.map(({ file }) => file.replace(/#.*$/, ""))).size === 1;
    setFiles(new Set((isOneFile ? fine.slice(0, 1) : fine).map(({ file }) => file)));
  }, [found]);
  // A folder stays a folder: its name is that of the project, and of its results.
  const isWhole = found?.every(({ file }) => files.has(file)) ?? false;
  const toggle = (file: string, isOn: boolean): void => {
    const next = new Set(files);
    if (isOn) next.add(file);
    else next.delete(file);
    setFiles(next);
  };
  // What is open is shown in place of what was looked at.
  const open = async (): Promise<void> => {
    await openProject({ inputs: isWhole ? [...chosen.value] : [...files] });
    await choose([]);
  };
  return (
    <div class="card" aria-busy={found === undefined}>
      <div class="row">
        <h2 class="fill">
          {chosen.value.size === 1 ? fileName([...chosen.value][0]!) : `${chosen.value.size} files`}
        </h2>
        <button type="button" class="primary" disabled={files.size === 0} onClick={() => attempt(open)}>
          Open {files.size > 1 ? `${files.size} together` : ""}
        </button>
      </div>
      {found === undefined ? (
        <p class="quiet" role="status">
          Looking into it …
        </p>
      ) : (
        <InspectionList inspections={found} chosen={files} onChoose={toggle} />
      )}
    </div>
  );
}

/** Where the next stage is done. */
function nextView({ stages, kind }: ProjectState): ViewName {
  const isDone = (name: keyof ProjectState["stages"]): boolean => stages[name].freshness !== "missing";
  if (isDone(kind === "movie" ? "track" : "segment")) return "explore";
  if (isDone("train") || isDone("segment")) return "track";
  return isDone("annotate") ? "train" : "annotate";
}

function ProjectCard({ now }: { readonly now: ProjectState }): JSX.Element {
  const [first] = now.sizes;
  const size = first === undefined ? "" : `${first[1]} × ${first[0]} px`;
  const next = nextView(now);
  const frames =
    now.kind === "movie" ? `${now.frames} frames` : `${now.frames} ${now.frames === 1 ? "image" : "images"}`;
  return (
    <div class="card">
      <div class="row">
        <h2 class="fill">{now.name}</h2>
        <button type="button" class="primary" onClick={() => (view.value = next)}>
          Go on: {viewTitles[next].toLowerCase()}
        </button>
      </div>
      <p class="quiet">
        {frames}, {size}, {now.channels} {now.channels === 1 ? "channel" : "channels"}. Results go to{" "}
        <code>{now.out}</code>
      </p>
      <Calibration now={now} />
      {now.notices.length > 0 ? (
        <ul class="warnings" aria-label="Notices">
          {now.notices.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      ) : undefined}
      <InspectionSection now={now} />
    </div>
  );
}

/** What the files hold; of many, the list is folded. */
function InspectionSection({ now }: { readonly now: ProjectState }): JSX.Element | null {
  const { inspections } = now;
  if (inspections.length === 0) return null;
  if (inspections.length <= 3) return <InspectionList inspections={inspections} />;
  return (
    <>
      <WarningList inspections={inspections} />
      <details class="inspections">
        <summary>What each of the {inspections.length} files holds</summary>
        <InspectionTable inspections={inspections} />
      </details>
    </>
  );
}
