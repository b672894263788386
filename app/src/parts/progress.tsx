/** How far work is. */
import type { JSX } from "preact";

/** Seconds as people say them: `40 s`, `3 min`, `1 h 20 min`. */
export function durationText(seconds: number): string {
  if (seconds < 59.5) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A bar, what is done, and the time left. */
export function Progress(props: {
  readonly label: string;
  readonly done: number;
  /** 0 where unknown. */
  readonly total: number;
  readonly secondsLeft?: number | null | undefined;
}): JSX.Element {
  const { label, done, total, secondsLeft = null } = props;
  return (
    <span class="progress">
      <span>{label}</span>
      <progress aria-label={label} value={total > 0 ? done : undefined} max={total > 0 ? total : undefined} />
      {secondsLeft === null ? undefined : <span class="quiet">{durationText(secondsLeft)} left</span>}
    </span>
  );
}
