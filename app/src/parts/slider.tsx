/** A number between two ends: by a slider, and exactly in a field. */
import type { JSX } from "preact";
import { NumberField } from "./numberfield.js";

/** What a slider sets. */
export interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Default: a hundredth of the range. */
  readonly step?: number | undefined;
  readonly unit?: string | undefined;
  readonly onChange: (value: number) => void;
}

/** A slider and a field of the same number. */
export function Slider({ label, value, low, high, step, unit, onChange }: SliderProps): JSX.Element {
  const stride = step ?? (high - low) / 100;
  return (
    <div class="slider" role="group" aria-label={label}>
      <span>{label}</span>
      <input
        type="range"
        aria-label={label}
        aria-valuetext={unit ? `${value} ${unit}` : String(value)}
        min={low}
        max={high}
        step={stride}
        value={value}
        onInput={({ currentTarget }) => onChange(currentTarget.valueAsNumber)}
      />
      <NumberField
        label={label}
        isBare
        value={value}
        low={low}
        high={high}
        step={stride}
        unit={unit}
        onChange={(next) => next !== null && onChange(next)}
      />
    </div>
  );
}
