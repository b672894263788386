/** Time: play, the frame as a slider and as a number. */
import type { JSX } from "preact";
import { frameCount, framesPerSecond, playing } from "../state/display.js";
import { frame } from "../state/place.js";
import { showFrame, stepFrame } from "./frameclock.js";
import { frameText } from "./viewstatus.js";

const rates = [1, 2, 4, 8, 12, 16, 24, 30, 60];

/** Nothing where there is one frame. */
export function TimeSlider(): JSX.Element | null {
  const count = frameCount.value;
  if (count < 2) return null;
  const now = frame.value;
  return (
    <div class="timeslider" role="group" aria-label="Time">
      <Buttons />
      <input
        type="range"
        aria-label="Frame"
        aria-valuetext={`frame ${now + 1} of ${count} ${frameText(now)}`}
        min={0}
        max={count - 1}
        value={now}
        onInput={({ currentTarget }) => showFrame(currentTarget.valueAsNumber)}
      />
      <label>
        <input
          type="number"
          class="framenumber"
          aria-label="Frame number"
          min={1}
          max={count}
          value={now + 1}
          onChange={({ currentTarget }) => {
            if (Number.isFinite(currentTarget.valueAsNumber)) showFrame(currentTarget.valueAsNumber - 1);
            currentTarget.value = String(frame.peek() + 1);
          }}
        />
        / {count}
      </label>
      <span class="time">{frameText(now)}</span>
      <Rate />
    </div>
  );
}

function Buttons(): JSX.Element {
  return (
    <>
      <button
        type="button"
        aria-label="Previous frame"
        title="Previous frame (←)"
        onClick={() => stepFrame(-1)}
      >
        ‹
      </button>
      <button
        type="button"
        class="play"
        aria-pressed={playing.value}
        title={playing.value ? "Stop (Y)" : "Play (Y)"}
        aria-label={playing.value ? "Stop" : "Play"}
        onClick={() => (playing.value = !playing.value)}
      >
        {playing.value ? "❚❚" : "▶"}
      </button>
      <button type="button" aria-label="Next frame" title="Next frame (→)" onClick={() => stepFrame(1)}>
        ›
      </button>
    </>
  );
}

function Rate(): JSX.Element {
  const rate = framesPerSecond.value;
  return (
    <select
      aria-label="Frames per second"
      title="Speed of the movie"
      value={String(rate)}
      onChange={({ currentTarget }) => (framesPerSecond.value = Number(currentTarget.value))}
    >
      {[...new Set([...rates, rate])]
        .sort((a, b) => a - b)
        .map((each) => (
          <option key={each} value={String(each)}>
            {each} / s
          </option>
        ))}
    </select>
  );
}
