/** What two folders have in common. */
export interface FolderComparison {
  /** Number of files that are equal in bytes. */
  readonly equal: number;
  /** Number of files that are equal but for times, memory, and what follows from them. */
  readonly butForTimes: number;
  /** The other files, a line each. */
  readonly others: readonly string[];
}

/** Compares two folders of results, file by file; hidden files are left out. */
export function compareFolders(first: string, second: string): FolderComparison;
