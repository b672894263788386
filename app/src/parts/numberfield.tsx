/** A number that is taken over by Enter or on leaving the field. */
import type { JSX, TargetedKeyboardEvent } from "preact";
import { useEffect, useId, useState } from "preact/hooks";

/** What a field of a number shows. */
export interface NumberFieldProps {
  readonly label: string;
  /** Null for none. */
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
  readonly unit?: string | undefined;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  /** Of the arrow keys; ten of it with Shift. Default 1. */
  readonly step?: number | undefined;
  /** Only whole numbers. */
  readonly isWhole?: boolean | undefined;
  /** Whether nothing may stand in it. */
  readonly mayBeEmpty?: boolean | undefined;
  readonly isDisabled?: boolean | undefined;
  /** Shows no name beside it; screen readers have it all the same. */
  readonly isBare?: boolean | undefined;
}

/** What must stand in the field; "" where `text` is right. */
export function numberProblem(text: string, limits: Omit<NumberFieldProps, "value" | "onChange">): string {
  const { low = -Infinity, high = Infinity, isWhole = false, mayBeEmpty = false } = limits;
  if (text.trim() === "") return mayBeEmpty ? "" : expected(limits);
  const value = readNumber(text);
  const isRight = Number.isFinite(value) && value >= low && value <= high && !(isWhole && value % 1 !== 0);
  return isRight ? "" : expected(limits);
}

const readNumber = (text: string): number => Number(text.trim().replace(",", "."));

function expected({ low, high, isWhole, unit }: Omit<NumberFieldProps, "value" | "onChange">): string {
  const what = `${isWhole ? "a whole number" : "a number"}${unit ? ` (${unit})` : ""}`;
  if (low !== undefined && high !== undefined) return `Expected ${what} from ${low} to ${high}.`;
  if (low !== undefined) return `Expected ${what} of at least ${low}.`;
  return high === undefined ? `Expected ${what}.` : `Expected ${what} of at most ${high}.`;
}

const shown = (value: number | null): string => (value === null ? "" : String(Number(value.toPrecision(7))));

/** A text field, as browsers round and localise numbers in those of type number. */
export function NumberField(props: NumberFieldProps): JSX.Element {
  const { label, value, onChange, unit, step = 1, low = -Infinity, high = Infinity } = props;
  const id = useId();
  const [text, setText] = useState(shown(value));
  const [isWriting, setWriting] = useState(false);
  useEffect(() => {
    if (!isWriting) setText(shown(value));
  }, [value]);
  const problem = isWriting || text !== shown(value) ? numberProblem(text, props) : "";

  const take = (): void => {
    setWriting(false);
    if (numberProblem(text, props) !== "") return;
    const read = text.trim() === "" ? null : readNumber(text);
    setText(shown(read));
    if (read !== value) onChange(read);
  };
  const key = (event: TargetedKeyboardEvent<HTMLInputElement>): void => {
    const direction = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (event.key === "Enter") take();
    else if (event.key === "Escape") {
      setText(shown(value));
      setWriting(false);
    } else if (direction !== 0) {
      event.preventDefault();
      const start = Number.isFinite(readNumber(text)) ? readNumber(text) : 0;
      const next = Math.max(low, Math.min(high, start + direction * step * (event.shiftKey ? 10 : 1)));
      setText(shown(next));
      onChange(Number(next.toPrecision(12)));
    }
  };
  return (
    <label class={props.isBare ? "field bare" : "field"} for={id}>
      <span class={props.isBare ? "unseen" : ""}>{label}</span>
      <span class="field-box">
        <input
          id={id}
          type="text"
          inputMode="decimal"
          autocomplete="off"
          value={text}
          disabled={props.isDisabled}
          data-writing={isWriting ? "yes" : undefined}
          aria-invalid={problem !== ""}
          aria-describedby={problem === "" ? undefined : `${id}-problem`}
          onInput={({ currentTarget }) => {
            setWriting(true);
            setText(currentTarget.value);
          }}
          onBlur={take}
          onKeyDown={key}
        />
        {unit ? <span class="unit">{unit}</span> : undefined}
      </span>
      <Problem id={`${id}-problem`} text={problem} />
    </label>
  );
}

function Problem({ id, text }: { readonly id: string; readonly text: string }): JSX.Element | null {
  if (text === "") return null;
  return (
    <span class="problem" id={id} role="alert">
      {text}
    </span>
  );
}
