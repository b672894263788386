/** µm per unit of length, by the names that ImageJ and OME write. */
const micrometres: Readonly<Record<string, number>> = {
  µm: 1,
  um: 1,
  micron: 1,
  microns: 1,
  micrometer: 1,
  micrometre: 1,
  nm: 1e-3,
  nanometer: 1e-3,
  pm: 1e-6,
  picometer: 1e-6,
  Å: 1e-4,
  angstrom: 1e-4,
  mm: 1e3,
  millimeter: 1e3,
  cm: 1e4,
  centimeter: 1e4,
  m: 1e6,
  meter: 1e6,
  inch: 25400,
  in: 25400,
};

/** Seconds per unit of time. */
const seconds: Readonly<Record<string, number>> = {
  ns: 1e-9,
  nanosecond: 1e-9,
  µs: 1e-6,
  us: 1e-6,
  microsecond: 1e-6,
  ms: 1e-3,
  msec: 1e-3,
  millisecond: 1e-3,
  milliseconds: 1e-3,
  s: 1,
  sec: 1,
  secs: 1,
  second: 1,
  seconds: 1,
  min: 60,
  mins: 60,
  minute: 60,
  minutes: 60,
  h: 3600,
  hr: 3600,
  hrs: 3600,
  hour: 3600,
  hours: 3600,
  d: 86400,
  day: 86400,
  days: 86400,
};

/** The micro sign comes as itself, as the Greek letter, escaped as in Java, or as an XML entity. */
const plainUnit = (unit: string): string =>
  unit
    .trim()
    .replace(/\\u00b5|\\u03bc|&#181;|&#xb5;|&#956;|&micro;|μ|Â(?=µ)/gi, "µ")
    .replace(/Âµ|µ/g, "µ")
    .replace(/\\u00c5|Å/gi, "Å");

/** µm per `unit`; undefined for "pixel" and everything unknown. */
export const micrometresPer = (unit: string): number | undefined => lookUp(micrometres, plainUnit(unit));

/** Seconds per `unit`; undefined when unknown. */
export const secondsPer = (unit: string): number | undefined => lookUp(seconds, plainUnit(unit));

function lookUp(table: Readonly<Record<string, number>>, unit: string): number | undefined {
  const key = Object.hasOwn(table, unit) ? unit : unit.toLowerCase();
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/**
 * A number that a file may have got wrong: undefined unless positive and finite. Rounded to 9 digits, all
 * that the fractions of a TIFF resolution carry.
 */
export const positive = (value: number | undefined): number | undefined =>
  value !== undefined && value > 0 && Number.isFinite(value) ? Number(value.toPrecision(9)) : undefined;
