export function differences(a: string, b: string, ignore?: (path: string) => boolean): string[];
