/** How the images of the project are read: their scale in space and time, channel, slice, and whether a movie. */
import type { JSX } from "preact";
import type { ProjectState } from "../../../src/server/messages.js";
import { NumberField } from "../parts/numberfield.js";
import { attempt } from "../state/notices.js";
import { changeSettings, isAtWork } from "../state/work.js";

type InputSettings = Readonly<Record<string, unknown>>;

/** Changes are sent at once; results made from what it was become stale. */
export function Calibration({ now }: { readonly now: ProjectState }): JSX.Element {
  const input = now.settings["input"] ?? {};
  const set = (change: InputSettings): void => attempt(() => changeSettings({ input: change }));
  const isBusy = isAtWork();
  return (
    <fieldset class="calibration" disabled={isBusy}>
      <legend>Calibration</legend>
      <NumberField
        label="Pixel size"
        unit="µm"
        value={now.pixelSize}
        low={1e-6}
        high={1e6}
        step={0.01}
        mayBeEmpty
        isDisabled={isBusy}
        onChange={(pixelSize) => set({ pixelSize: pixelSize ?? undefined })}
      />
      <NumberField
        label="Frame interval"
        unit="s"
        value={now.frameInterval}
        low={1e-6}
        high={1e9}
        mayBeEmpty
        isDisabled={isBusy || now.kind !== "movie"}
        onChange={(frameInterval) => set({ frameInterval: frameInterval ?? undefined })}
      />
      <Choices
        label="The images are"
        value={now.kind}
        options={[
          ["movie", "one movie"],
          ["images", "independent"],
        ]}
        onChange={(kind) => set({ kind: kind })}
      />
      <Choices
        label="Channel of the nuclei"
        value={String(channelNumber(input["channel"], now.channelNames))}
        options={Array.from({ length: Math.max(1, now.channels) }, (_, index) => [
          String(index),
          now.channelNames[index] ? `${index}: ${now.channelNames[index]}` : String(index),
        ])}
        onChange={(channel) => set({ channel: Number(channel) })}
      />
      {now.slices > 1 ? (
        <Choices
          label="Slice"
          value={sliceText(input["z"])}
          options={[
            ["max", "maximum of all"],
            ...Array.from({ length: now.slices }, (_, index) => [String(index), String(index)] as const),
          ]}
          onChange={(z) => set({ z: z === "max" ? "max" : Number(z) })}
        />
      ) : undefined}
    </fieldset>
  );
}

const sliceText = (setting: unknown): string => (typeof setting === "number" ? String(setting) : "max");

const channelNumber = (setting: unknown, names: readonly string[]): number =>
  typeof setting === "string"
    ? Math.max(0, names.indexOf(setting))
    : typeof setting === "number"
      ? setting
      : 0;

function Choices(props: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, title: string])[];
  readonly onChange: (value: string) => void;
}): JSX.Element {
  return (
    <label class="field">
      <span>{props.label}</span>
      <select
        value={props.value}
        disabled={props.options.length < 2}
        onChange={({ currentTarget }) => props.onChange(currentTarget.value)}
      >
        {props.options.map(([value, title]) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}
