/** A codec of numcodecs; its own declarations are not found under the rules of modules of Node. */
export interface Numcodec {
  readonly fromConfig: (config: { readonly id: string } & Readonly<Record<string, unknown>>) => {
    readonly encode: (data: Uint8Array) => Promise<Uint8Array>;
    readonly decode: (data: Uint8Array) => Promise<Uint8Array>;
  };
}
