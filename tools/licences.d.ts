export interface LockedPackage {
  name: string;
  version: string;
  licence: string | undefined;
  direct: boolean;
}
export function packagesOf(lock: unknown): LockedPackage[];
export function notAllowed(packages: readonly LockedPackage[]): string[];
export function licencesPage(packages: readonly LockedPackage[]): string;
export function lockedPackages(): LockedPackage[];
