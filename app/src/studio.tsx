/** The frame of the page: views, what is open, notices. */
import type { ComponentType, JSX } from "preact";
import { savingText } from "./state/edits.js";
import { forgetNotice, pageNotices } from "./state/notices.js";
import { project } from "./state/openproject.js";
import { overlay } from "./state/pagecommands.js";
import { view, type ViewName } from "./state/place.js";
import { study } from "./state/study.js";
import { AnnotateView } from "./views/annotateview.js";
import { ConfigurationDialog } from "./views/configurationdialog.js";
import { CorrectView } from "./views/correctview.js";
import { DropTarget } from "./views/droptarget.js";
import { ExploreView } from "./views/exploreview.js";
import { CommandList, KeysOverlay } from "./views/keysoverlay.js";
import { OpenView } from "./views/openview.js";
import { PageHeader } from "./views/pageheader.js";
import { TrackView } from "./views/trackview.js";
import { TrainView } from "./views/trainview.js";

const pages: Readonly<Record<ViewName, ComponentType>> = {
  open: OpenView,
  annotate: AnnotateView,
  correct: CorrectView,
  train: TrainView,
  track: TrackView,
  explore: ExploreView,
};

/** The whole page. */
export function Studio(): JSX.Element {
  const isOpen = project.value !== undefined || (view.value === "explore" && study.value !== undefined);
  const Page = isOpen ? pages[view.value] : OpenView;
  return (
    <>
      <PageHeader saving={savingText.value} />
      <main>
        <Page key={project.value?.id} />
      </main>
      <DropTarget />
      <Overlay />
      <Notices />
    </>
  );
}

function Overlay(): JSX.Element | null {
  const close = (): void => {
    overlay.value = undefined;
  };
  if (overlay.value === "keys") return <KeysOverlay onClose={close} />;
  if (overlay.value === "commands") return <CommandList onClose={close} />;
  return overlay.value === "configuration" ? <ConfigurationDialog onClose={close} /> : null;
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
