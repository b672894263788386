/** The networks of a project side by side. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ModelSummary } from "../../../src/server/messages.js";
import { attempt } from "../state/notices.js";
import { project } from "../state/openproject.js";
import { chooseModel, deleteModel, isAtWork, keepModel } from "../state/work.js";

/** Names of networks whose curves are drawn. */
export const overlaid = signal<ReadonlySet<string>>(new Set(["model"]));

function overlay(name: string, isOn: boolean): void {
  const next = new Set(overlaid.value);
  if (isOn) next.add(name);
  else next.delete(name);
  overlaid.value = next;
}

/** Keep, choose, delete, compare. */
export function ModelTable(): JSX.Element {
  const models = project.value?.models ?? [];
  return (
    <div class="card">
      <h2>Networks</h2>
      {models.length === 0 ? (
        <p class="quiet">There is none yet.</p>
      ) : (
        <div class="scroll-x">
          <table class="facts" aria-label="Networks">
            <thead>
              <tr>
                <th scope="col">Segments</th>
                <th scope="col">Curve</th>
                <th scope="col">Name</th>
                <th scope="col">Steps</th>
                <th scope="col">Expected F1</th>
                <th scope="col">Validation</th>
                <th scope="col">Trained</th>
                <th scope="col">
                  <span class="unseen">Delete</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {models.map((model) => (
                <ModelLine key={model.folder} model={model} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {models.some(({ isOwn }) => isOwn) ? <Keep /> : undefined}
    </div>
  );
}

function ModelLine({ model }: { readonly model: ModelSummary }): JSX.Element {
  const { name, isOwn, isChosen, steps, expectedF1, validationLoss, finished } = model;
  const [isSure, setSure] = useState(false);
  const remove = (): void => {
    if (isSure) {
      overlay(name, false);
      attempt(() => deleteModel(name));
    } else setSure(true);
  };
  return (
    <tr>
      <td>
        <input
          type="radio"
          name="model"
          aria-label={`Segment with ${name}`}
          checked={isChosen}
          disabled={isAtWork()}
          onChange={() => attempt(() => chooseModel(name))}
        />
      </td>
      <td>
        <input
          type="checkbox"
          aria-label={`Draw the curve of ${name}`}
          checked={isOwn || overlaid.value.has(name)}
          disabled={isOwn}
          onChange={({ currentTarget }) => overlay(name, currentTarget.checked)}
        />
      </td>
      <th scope="row" title={model.folder}>
        {isOwn ? "this project's" : name}
      </th>
      <td class="number">{steps}</td>
      <td class="number">{expectedF1?.toFixed(3) ?? "–"}</td>
      <td class="number">{validationLoss?.toPrecision(3) ?? "–"}</td>
      <td>{finished === "" ? "–" : new Date(finished).toLocaleString()}</td>
      <td>
        {isOwn || isChosen ? undefined : (
          <button type="button" aria-label={`Delete ${name}`} onClick={remove} onBlur={() => setSure(false)}>
            {isSure ? "Really delete" : "Delete"}
          </button>
        )}
      </td>
    </tr>
  );
}

function Keep(): JSX.Element {
  const [name, setName] = useState("");
  const keep = (): void =>
    attempt(async () => {
      await keepModel(name.trim());
      setName("");
    });
  return (
    <form
      class="row keep"
      onSubmit={(event) => {
        event.preventDefault();
        keep();
      }}
    >
      <label>
        Keep this project's network as{" "}
        <input type="text" value={name} onInput={({ currentTarget }) => setName(currentTarget.value)} />
      </label>
      <button type="submit" disabled={name.trim() === ""}>
        Keep
      </button>
    </form>
  );
}
