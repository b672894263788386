/** The `karyon.yaml` that does on the command line what was clicked. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { apiUrl } from "../api/address.js";
import { Dialog } from "../parts/dialog.js";
import { attempt, tell } from "../state/notices.js";
import { projectPath } from "../state/openproject.js";
import { configurationText } from "../state/work.js";

/** The command is the indented comment at the head of the file. */
const commandIn = (text: string): string => /^#\s+(npx .*)$/m.exec(text)?.[1] ?? "";

/** The text, the command, a button to copy either, and a link to keep the file. */
export function ConfigurationDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const [text, setText] = useState("");
  useEffect(() => attempt(async () => setText(await configurationText())), []);
  const copy = (what: string): void =>
    attempt(async () => {
      await navigator.clipboard.writeText(what);
      tell("Copied.");
    });
  const line = commandIn(text);
  return (
    <Dialog title="karyon.yaml" onClose={onClose}>
      <p class="quiet">What you set here, for the command line and for your methods section.</p>
      <pre class="code">{text}</pre>
      <div class="row">
        <button type="button" disabled={text === ""} onClick={() => copy(text)}>
          Copy the file
        </button>
        <button type="button" disabled={line === ""} onClick={() => copy(line)}>
          Copy the command
        </button>
        <a class="button" href={apiUrl(`${projectPath.value}/karyon.yaml`)} download="karyon.yaml">
          Download
        </a>
      </div>
    </Dialog>
  );
}
