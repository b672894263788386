/** Files may be dropped anywhere on the page. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Progress } from "../parts/progress.js";
import { attempt, tell } from "../state/notices.js";
import { openProject } from "../state/openproject.js";
import { view } from "../state/place.js";
import { droppedFiles, stopUpload, upload, uploadFiles, type Dropped } from "../state/uploads.js";

/** Sends files to the server and opens them. @throws RequestError */
export async function openDropped({ files, folder }: Dropped): Promise<void> {
  if (files.length === 0) return tell("There was no file in what was dropped.");
  const paths = await uploadFiles(files, folder);
  await openProject({ inputs: paths });
  view.value = "open";
}

/** The sign that files may be let go, and how far they are on their way. */
export function DropTarget(): JSX.Element | null {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const over = (event: DragEvent): void => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setOver(false);
      // The list of items is empty once the event is over: it is read at once.
      const files = droppedFiles(event.dataTransfer.items);
      attempt(async () => openDropped(await files));
    };
    addEventListener("dragover", over);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, []);
  const sent = upload.value;
  if (sent !== undefined)
    return (
      <div class="drop-progress card" role="status">
        <Progress label={`Copying ${sent.name}`} done={sent.done} total={sent.total} />
        <button type="button" onClick={stopUpload}>
          Stop
        </button>
      </div>
    );
  return isOver ? <div class="drop-sign">Let go to open</div> : null;
}
