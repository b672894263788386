/** What pages that are files of a run may do: reports, and drawings. */

/**
 * A report is one file with its script in it. It gets an origin of its own, from which nothing can be asked.
 */
export const reportPolicy = [
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  "style-src 'unsafe-inline'",
  "img-src data:",
  "font-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  "sandbox allow-scripts",
].join("; ");
