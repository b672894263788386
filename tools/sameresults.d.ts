/** What differs between two output folders, one sentence a file; empty where they are equal. */
export declare function differences(a: string, b: string, ignore?: (path: string) => boolean): string[];
