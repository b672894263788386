/** Contrast of each channel: from which grey value to which, how bent, in what colour. */
import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { hex, type Rgb } from "../../../src/draw/colours.js";
import { fullRange, type Histogram } from "../../../src/viewer/contrast.js";
import { channels, type ChannelShown, showChannel, shownFrame } from "../state/display.js";
import { project } from "../state/openproject.js";
import { GreyHistogram } from "./greyhistogram.js";
import { contrastAsked, setAutoContrast } from "./viewcommands.js";
import { autoContrastOf, histogramOfPlane } from "./visiblehistogram.js";
import { imagePlane, onTiles } from "./zarrtiles.js";

/** The histogram is counted again at most so often, ms. */
const pause = 250;

const rgbOf = (text: string): Rgb =>
  [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16)) as unknown as Rgb;

/** All channels. */
export function ContrastPanel(): JSX.Element {
  const panel = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    let seen = contrastAsked.peek();
    return contrastAsked.subscribe((asked) => {
      if (asked === seen || panel.current === null) return;
      seen = asked;
      panel.current.open = true;
      panel.current.querySelector<HTMLElement>("input.limit")?.focus();
    });
  }, []);
  return (
    <details ref={panel} class="viewpanel contrastpanel" open>
      <summary>Contrast</summary>
      <button
        type="button"
        class="small"
        title="From the darkest to the brightest of what there is (Shift+A)"
        onClick={setAutoContrast}
      >
        Auto
      </button>
      {channels.value.map((channel, index) => (
        <ChannelContrast key={index} index={index} channel={channel} />
      ))}
    </details>
  );
}

/** Counts again when another frame is on the screen, or more of this one. */
function useHistogram(index: number): Histogram | undefined {
  const histogram = useSignal<Histogram | undefined>(undefined);
  const tick = useSignal(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = onTiles(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        tick.value++;
      }, pause);
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, []);
  const counted = useRef("");
  useSignalEffect(() => {
    void tick.value;
    const plane = shownFrame.value < 0 ? undefined : imagePlane(shownFrame.value, index);
    if (plane === undefined || counted.current === plane.name) return;
    const next = histogramOfPlane(plane);
    if (next.total === 0) return;
    counted.current = plane.name;
    histogram.value = next;
  });
  return histogram.value;
}

interface ChannelProps {
  readonly index: number;
  readonly channel: ChannelShown;
}

function ChannelContrast({ index, channel }: ChannelProps): JSX.Element {
  const histogram = useHistogram(index);
  const name = useComputed(() => project.value?.channelNames[index] || `channel ${index + 1}`).value;
  const isAlone = channels.value.length === 1;
  return (
    <fieldset class="channel">
      <legend class={isAlone ? "unseen" : undefined}>
        <label>
          <input
            type="checkbox"
            checked={channel.visible}
            onChange={({ currentTarget }) => showChannel(index, { visible: currentTarget.checked })}
          />
          {name}
        </label>
      </legend>
      {histogram !== undefined && !Number.isNaN(channel.low) && (
        <GreyHistogram
          name={name}
          histogram={histogram}
          low={channel.low}
          high={channel.high}
          onLimits={(limits) => showChannel(index, limits)}
        />
      )}
      <ChannelNumbers index={index} channel={channel} histogram={histogram} name={name} />
    </fieldset>
  );
}

function ChannelNumbers(
  props: ChannelProps & { readonly histogram: Histogram | undefined; readonly name: string },
): JSX.Element {
  const { index, channel, histogram, name } = props;
  const set = (change: Partial<ChannelShown>): void => showChannel(index, change);
  const auto = (): void => {
    const plane = imagePlane(shownFrame.peek(), index);
    if (plane !== undefined) set(autoContrastOf(plane));
  };
  return (
    <>
      <div class="row">
        <LimitField label={`Black of ${name}`} value={channel.low} onValue={(low) => set({ low })} />
        <span aria-hidden="true">–</span>
        <LimitField label={`White of ${name}`} value={channel.high} onValue={(high) => set({ high })} />
        {channels.value.length > 1 && (
          <button type="button" class="small" onClick={auto}>
            Auto
          </button>
        )}
        <button
          type="button"
          class="small"
          title="All values that occur"
          disabled={histogram === undefined}
          onClick={() => histogram && set(fullRange(histogram))}
        >
          All
        </button>
      </div>
      <div class="row">
        <label class="grow">
          Gamma
          <input
            type="range"
            aria-label={`Gamma of ${name}`}
            min={-1}
            max={1}
            step={0.01}
            value={Math.log(channel.gamma) / Math.log(4)}
            onInput={({ currentTarget }) => set({ gamma: snapped(4 ** currentTarget.valueAsNumber) })}
          />
          <output>{channel.gamma.toFixed(2)}</output>
        </label>
        <input
          type="color"
          aria-label={`Colour of ${name}`}
          value={hex(channel.colour)}
          onInput={({ currentTarget }) => set({ colour: rgbOf(currentTarget.value) })}
        />
      </div>
    </>
  );
}

/** Near the middle of the slider the picture is linear. */
const snapped = (gamma: number): number => (Math.abs(gamma - 1) < 0.03 ? 1 : Number(gamma.toPrecision(3)));

interface LimitProps {
  readonly label: string;
  readonly value: number;
  readonly onValue: (value: number) => void;
}

function LimitField({ label, value, onValue }: LimitProps): JSX.Element {
  return (
    <input
      type="number"
      class="limit"
      aria-label={label}
      step="any"
      value={Number.isNaN(value) ? "" : String(Number(value.toPrecision(7)))}
      onChange={({ currentTarget }) => {
        if (Number.isFinite(currentTarget.valueAsNumber)) onValue(currentTarget.valueAsNumber);
      }}
    />
  );
}
