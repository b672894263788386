/** The frame of the page: views, what is open, notices. */
import type { JSX } from "preact";
import { forgetNotice, pageNotices } from "./state/notices.js";
import { view, views, type ViewName } from "./state/place.js";
import { project } from "./state/openproject.js";
import { OpenView } from "./views/openview.js";

const titles: Readonly<Record<ViewName, string>> = {
  open: "Open",
  annotate: "Annotate",
  correct: "Correct",
  train: "Train",
  track: "Segment and track",
  explore: "Explore",
};

/** The whole page. */
export function Studio(): JSX.Element {
  return (
    <>
      <header class="bar">
        <h1>Karyon Studio</h1>
        <nav aria-label="Views">
          {views.map((name) => (
            <button
              key={name}
              type="button"
              aria-current={view.value === name ? "page" : undefined}
              disabled={name !== "open" && project.value === undefined}
              onClick={() => (view.value = name)}
            >
              {titles[name]}
            </button>
          ))}
        </nav>
        <span class="what">{project.value?.name}</span>
      </header>
      <main>{view.value === "open" ? <OpenView /> : undefined}</main>
      <Notices />
    </>
  );
}

function Notices(): JSX.Element {
  return (
    <div class="notices" role="status" aria-live="polite">
      {pageNotices.value.map(({ number, text, isError }) => (
        <p key={number} class={isError ? "error" : ""}>
          {text}
          <button type="button" aria-label="Dismiss" onClick={() => forgetNotice(number)}>
            ×
          </button>
        </p>
      ))}
    </div>
  );
}
