export function isRegistryReachable(): boolean;
export function packInto(folder: string): { path: string; size: number };
export function tryTarball(say: (line: string) => void): {
  tarball: number;
  installed: number;
  all: number;
};
