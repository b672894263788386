/** The options of the annotation, each with what it does; they hold for the preview at once. */
import type { JSX } from "preact";
import { NumberField } from "../parts/numberfield.js";
import { Slider } from "../parts/slider.js";
import { project } from "../state/openproject.js";
import { draft, preview, setDraft, type AnnotateOptions } from "../tools/annotationpreview.js";

/** What each option does, for people. */
const helps = {
  preset: "auto: adapts to the images. paper: as published by Englbrecht and others in 2021.",
  diameter: "Of a typical nucleus. Found from the images unless it is set.",
  minArea: "Smaller objects are rejected.",
  maxArea: "Larger objects are rejected.",
  sensitivity: "Above 1 keeps more and dimmer nuclei, below 1 fewer.",
  background: "What the pixels of uncertain objects become for training.",
  windows: "In images above 16.8 million pixels, so many windows are annotated; 0 means all.",
  overlays: "Pictures for inspection, in the folder overlays.",
  composeTouching: "Images of touching nuclei, composed from single ones, for inspection.",
} as const satisfies Record<keyof AnnotateOptions, string>;

/** The value that holds: of the draft, or of the project. */
const valueOf = <K extends keyof AnnotateOptions>(key: K): AnnotateOptions[K] =>
  (draft.value[key] ?? project.value?.settings["annotate"]?.[key]) as AnnotateOptions[K];

/** All of them. */
export function AnnotateOptionsForm(): JSX.Element {
  return (
    <div class="options">
      <Choice
        label="Method"
        value={valueOf("preset") ?? "auto"}
        choices={[
          ["auto", "auto"],
          ["paper", "paper"],
        ]}
        help={helps.preset}
        onChange={(preset) => setDraft({ preset })}
      />
      <DiameterField />
      <div title={helps.sensitivity}>
        <Slider
          label="Sensitivity"
          value={Number((valueOf("sensitivity") ?? 1).toFixed(2))}
          low={0.1}
          high={10}
          step={0.05}
          onChange={(sensitivity) => setDraft({ sensitivity })}
        />
      </div>
      <div class="pair">
        <AreaField title="Smallest area" option="minArea" />
        <AreaField title="Largest area" option="maxArea" />
      </div>
      <Choice
        label="Uncertain pixels"
        value={valueOf("background") ?? ""}
        choices={[
          ["", "by the method"],
          ["ignore", "are ignored"],
          ["noise", "become noise"],
          ["keep", "are background"],
        ]}
        help={helps.background}
        onChange={(background) => setDraft({ background: background === "" ? undefined : background })}
      />
      <MoreOptions />
    </div>
  );
}

function DiameterField(): JSX.Element {
  const found = preview.value?.answer.diameter;
  const diameter = valueOf("diameter");
  return (
    <div title={helps.diameter}>
      <Slider
        label="Nuclear diameter"
        unit="px"
        value={Math.round(diameter ?? found ?? 30)}
        low={4}
        high={200}
        step={1}
        onChange={(value) => setDraft({ diameter: value })}
      />
      <p class="quiet">
        {diameter === undefined ? (
          `found from the images${found === undefined ? "" : `: ${found.toFixed(1)} px`}`
        ) : (
          <button type="button" class="link" onClick={() => setDraft({ diameter: undefined })}>
            find it from the images
          </button>
        )}
      </p>
    </div>
  );
}

function MoreOptions(): JSX.Element {
  return (
    <details>
      <summary class="quiet">More</summary>
      <div title={helps.windows}>
        <NumberField
          label="Windows"
          isWhole
          low={0}
          high={10_000}
          value={valueOf("windows") ?? 16}
          onChange={(windows) => setDraft({ windows: windows ?? undefined })}
        />
      </div>
      <div title={helps.composeTouching}>
        <NumberField
          label="Composed images"
          isWhole
          low={0}
          high={10_000}
          value={valueOf("composeTouching") ?? 0}
          onChange={(composeTouching) => setDraft({ composeTouching: composeTouching ?? undefined })}
        />
      </div>
      <label title={helps.overlays}>
        <input
          type="checkbox"
          checked={valueOf("overlays") ?? true}
          onChange={({ currentTarget }) => setDraft({ overlays: currentTarget.checked })}
        />{" "}
        Pictures for inspection
      </label>
    </details>
  );
}

function AreaField({
  title,
  option,
}: {
  readonly title: string;
  readonly option: "minArea" | "maxArea";
}): JSX.Element {
  return (
    <div title={helps[option]}>
      <NumberField
        label={title}
        unit="px"
        low={1}
        high={1e8}
        step={10}
        mayBeEmpty
        value={valueOf(option) ?? null}
        onChange={(value) => setDraft({ [option]: value ?? undefined })}
      />
    </div>
  );
}

function Choice(props: {
  readonly label: string;
  readonly value: string;
  readonly choices: readonly (readonly [value: string, text: string])[];
  readonly help: string;
  readonly onChange: (value: string) => void;
}): JSX.Element {
  const { label, value, choices, help, onChange } = props;
  return (
    <label class="choice" title={help}>
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        {choices.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
