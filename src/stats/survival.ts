/** Kaplan-Meier estimate: one row a time at which something happened. */
export interface Survival {
  readonly count: number;
  /** Ascending. */
  readonly time: Float64Array;
  /** Still followed, and not yet divided, just before this time. */
  readonly atRisk: Int32Array;
  /** Events at this time. */
  readonly events: Int32Array;
  /**
   * Share without the event after this time, with its 95 % interval; the interval is NaN where the share is
   * 0.
   */
  readonly share: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /**
   * First time at which the share is at most 1/2, and the same of the ends of the interval; infinity where it
   * stays above.
   */
  readonly median: number;
  readonly medianLow: number;
  readonly medianHigh: number;
}

/**
 * Kaplan-Meier estimate of the time to an event, of which some are only known to be longer (censored).
 * Intervals are Greenwood's, on the scale of log(-log S), so that they stay within 0 and 1; those of the
 * median are where they cross 1/2.
 *
 * @param times until the event, or until the end of observation; censored ones of equal time count as longer
 * @param happened 1 where the event was seen Source: Kaplan & Meier 1958, J. Am. Stat. Assoc. 53:457;
 *   Kalbfleisch & Prentice 2002, section 1.4; Brookmeyer & Crowley 1982, Biometrics 38:29 (median).
 */
export function survivalOf(times: Float64Array, happened: Uint8Array): Survival {
  const order = Int32Array.from(times.keys()).sort((a, b) => times[a]! - times[b]!);
  const rows: { time: number; atRisk: number; events: number; share: number; low: number; high: number }[] =
    [];
  let share = 1;
  let greenwood = 0;
  for (let i = 0; i < order.length;) {
    const time = times[order[i]!]!;
    const atRisk = order.length - i;
    let events = 0;
    for (; i < order.length && times[order[i]!] === time; i++) events += happened[order[i]!]!;
    if (events === 0) continue;
    share *= 1 - events / atRisk;
    greenwood += events / (atRisk * (atRisk - events));
    const width = (1.959963984540054 * Math.sqrt(greenwood)) / Math.log(share);
    rows.push({
      time,
      atRisk,
      events,
      share,
      low: share ** Math.exp(-width),
      high: share ** Math.exp(width),
    });
  }
  const firstBelow = (value: (row: (typeof rows)[number]) => number): number =>
    rows.find((row) => value(row) <= 0.5)?.time ?? Infinity;
  const floats = (key: "time" | "share" | "low" | "high"): Float64Array =>
    Float64Array.from(rows, (row) => row[key]);
  return {
    count: rows.length,
    time: floats("time"),
    atRisk: Int32Array.from(rows, (row) => row.atRisk),
    events: Int32Array.from(rows, (row) => row.events),
    share: floats("share"),
    low: floats("low"),
    high: floats("high"),
    median: firstBelow((row) => row.share),
    medianLow: firstBelow((row) => row.low),
    medianHigh: firstBelow((row) => row.high),
  };
}
