import { ort } from "#runtime";
import type { Batch } from "../core/batch.js";
import { InvalidInput } from "../core/errors.js";
import { sizeOf } from "../core/tensor.js";
import { adamScalars } from "../nn/adam.js";
import type { Device } from "../nn/devices.js";
import type { Layout } from "../nn/layout.js";
import { openSession } from "../nn/session.js";
import { batchShapes, buildLossGraph, buildStepGraph, type BatchSize, updatedPieces } from "./graphs.js";
import type { ModelConfig } from "./modelconfig.js";
import { pack, unpack } from "./parameters.js";

/** The loss of a batch and its two parts. */
export interface Losses {
  /** probability + 0.2 distance. */
  readonly loss: number;
  readonly probability: number;
  readonly distance: number;
}

/** What a step says of itself. */
export interface StepLosses extends Losses {
  /** Euclidean norm of the gradient of all parameters. */
  readonly gradientNorm: number;
}

/**
 * What a training remembers from step to step: standard vectors (see parameters.ts) and the number of steps
 * done.
 */
export interface OptimiserState {
  readonly step: number;
  readonly weights: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** The running average of the weights, see `average`; absent before its first value. */
  readonly average?: Float32Array | undefined;
}

/**
 * Steps between two values that enter the average: so it costs nothing, and weights one step apart hardly
 * differ.
 */
const averagedEvery = 10;

type FloatTensor = InstanceType<typeof ort.Tensor>;
interface Vectors {
  readonly weights: FloatTensor;
  readonly first: FloatTensor;
  readonly second: FloatTensor;
  /** The same memory in pieces, by the names that the graph of a step reads them by, */
  readonly feeds: Readonly<Record<string, FloatTensor>>;
  /** and those that it writes them by. */
  readonly fetches: Readonly<Record<string, FloatTensor>>;
}

/** Three packed vectors, and their pieces. @param lengths of the pieces */
function vectorsOf(
  weights: Float32Array,
  first: Float32Array,
  second: Float32Array,
  lengths: readonly number[],
): Vectors {
  const [feeds, fetches]: Record<string, FloatTensor>[] = [{}, {}];
  for (const [name, data] of Object.entries({ weights, first, second })) {
    let begin = 0;
    lengths.forEach((length, k) => {
      const piece = tensor(data.subarray(begin, begin + length), [length]);
      begin += length;
      feeds![`${name}_${k}`] = piece;
      fetches![`new${name[0]!.toUpperCase()}${name.slice(1)}_${k}`] = piece;
    });
  }
  const whole = (data: Float32Array): FloatTensor => tensor(data, [data.length]);
  return {
    weights: whole(weights),
    first: whole(first),
    second: whole(second),
    feeds: feeds!,
    fetches: fetches!,
  };
}

const tensor = (data: Float32Array, shape: readonly number[]): FloatTensor =>
  new ort.Tensor("float32", data, shape);
const scalar = (value = 0): FloatTensor => tensor(Float32Array.of(value), []);
const valueOf = (scalarTensor: FloatTensor): number => (scalarTensor.data as Float32Array)[0]!;

/** What a trainer is made from. */
export interface TrainerOptions {
  readonly config: ModelConfig;
  readonly layout: Layout;
  readonly size: BatchSize;
  readonly threads: number;
  /** Default `cpu`. */
  readonly device?: Device | undefined;
  /** Where the training begins or goes on. */
  readonly state: OptimiserState;
}

/**
 * The sessions and buffers of a training. Weights and moments live in two sets of arrays: a step reads one
 * and writes the other, then they change places, so that nothing is copied.
 */
export class Trainer {
  readonly config: ModelConfig;
  readonly layout: Layout;
  readonly size: BatchSize;
  readonly #threads: number;
  readonly #device: Device;
  readonly #session: ort.InferenceSession;
  readonly #losses = { loss: scalar(), probabilityLoss: scalar(), distanceLoss: scalar() };
  readonly #gradientNorm = scalar();
  #evaluation: ort.InferenceSession | undefined;
  #now: Vectors;
  #next: Vectors;
  #step: number;
  #average: FloatTensor | undefined;

  private constructor(
    { config, layout, size, threads, device = "cpu", state }: TrainerOptions,
    session: ort.InferenceSession,
  ) {
    this.config = config;
    this.layout = layout;
    this.size = size;
    this.#threads = threads;
    this.#device = device;
    this.#session = session;
    const packed = (standard: Float32Array): Float32Array => pack(config, layout, standard);
    const lengths = updatedPieces(config, layout);
    this.#now = vectorsOf(packed(state.weights), packed(state.first), packed(state.second), lengths);
    const empty = (): Float32Array => new Float32Array(this.#now.weights.size);
    this.#next = vectorsOf(empty(), empty(), empty(), lengths);
    this.#step = state.step;
    this.#average = state.average && tensor(packed(state.average), [this.#now.weights.size]);
  }

  /** @throws InvalidInput where the device is missing */
  static async create(options: TrainerOptions): Promise<Trainer> {
    const { config, layout, size, threads, device = "cpu" } = options;
    const session = await createSession(buildStepGraph(config, layout, size), threads, device);
    return new Trainer(options, session);
  }

  /** One step of training. The losses are those before the step. */
  async step(batch: Batch, learningRate: number): Promise<StepLosses> {
    this.#step++;
    const { rate, epsilon } = adamScalars(this.#step, learningRate);
    const fetches = {
      ...this.#losses,
      gradientNorm: this.#gradientNorm,
      ...this.#next.fetches,
    };
    const { weights, feeds } = this.#now;
    await this.#session.run(
      { ...this.#feed(batch), weights, ...feeds, rate: scalar(rate), epsilon: scalar(epsilon) },
      fetches,
    );
    [this.#now, this.#next] = [this.#next, this.#now];
    return { ...this.#readLosses(), gradientNorm: valueOf(this.#gradientNorm) };
  }

  /**
   * Takes the present weights into their exponential average, every tenth step. The average forgets a step's
   * weights by `decay` with each further step; at the start faster, so that the first weights, which are
   * random, do not stay in it: the n-th value has a share of at least 9 in n + 9.
   *
   * Source: Polyak & Juditsky 1992; Tarvainen & Valpola 2017, 3; the start is that of TensorFlow's
   * ExponentialMovingAverage with `num_updates`.
   *
   * @param decay a step, 0..1
   */
  average(decay: number): void {
    if (this.#step % averagedEvery !== 0) return;
    const now = this.#now.weights.data as Float32Array;
    if (this.#average === undefined) {
      this.#average = tensor(now.slice(), [now.length]);
      return;
    }
    const count = this.#step / averagedEvery;
    const kept = Math.min(decay ** averagedEvery, count / (count + 9));
    const average = this.#average.data as Float32Array;
    for (let i = 0; i < now.length; i++) average[i] = kept * average[i]! + (1 - kept) * now[i]!;
  }

  /** The losses of a batch with the averaged weights, or the present ones where there is no average. */
  async evaluate(batch: Batch): Promise<Losses> {
    this.#evaluation ??= await createSession(
      buildLossGraph(this.config, this.layout, this.size),
      this.#threads,
      this.#device,
    );
    await this.#evaluation.run(
      { ...this.#feed(batch), weights: this.#average ?? this.#now.weights },
      { ...this.#losses },
    );
    return this.#readLosses();
  }

  /** The averaged weights, or the present ones where there is no average, as a standard vector. */
  weights(): Float32Array {
    return this.#standard(this.#average ?? this.#now.weights);
  }

  state(): OptimiserState {
    return this.frozen()();
  }

  /**
   * The state as it is now, for later: only what lies in memory is copied now, and brought into standard order
   * when it is asked for.
   */
  frozen(): () => OptimiserState {
    const step = this.#step;
    const copyOf = (packed: FloatTensor): Float32Array => (packed.data as Float32Array).slice();
    const { weights, first, second } = this.#now;
    const copies = { weights: copyOf(weights), first: copyOf(first), second: copyOf(second) };
    const average = this.#average && copyOf(this.#average);
    const standard = (packed: Float32Array): Float32Array => unpack(this.config, this.layout, packed);
    return () => ({
      step,
      weights: standard(copies.weights),
      first: standard(copies.first),
      second: standard(copies.second),
      ...(average ? { average: standard(average) } : {}),
    });
  }

  async release(): Promise<void> {
    await this.#session.release();
    await this.#evaluation?.release();
  }

  #standard(packed: FloatTensor): Float32Array {
    return unpack(this.config, this.layout, packed.data as Float32Array);
  }

  #readLosses(): Losses {
    const { loss, probabilityLoss, distanceLoss } = this.#losses;
    return { loss: valueOf(loss), probability: valueOf(probabilityLoss), distance: valueOf(distanceLoss) };
  }

  #feed(batch: Batch): Record<keyof Batch, FloatTensor> {
    const shapes = batchShapes(this.config, this.size);
    const feed = (name: keyof Batch): FloatTensor => {
      const expected = sizeOf(shapes[name]);
      if (batch[name].length !== expected)
        throw new InvalidInput(
          `batch.${name}`,
          `${expected} values, [${shapes[name].join(", ")}]`,
          String(batch[name].length),
        );
      return tensor(batch[name], shapes[name]);
    };
    return {
      image: feed("image"),
      probability: feed("probability"),
      mask: feed("mask"),
      distances: feed("distances"),
    };
  }
}

const createSession = (bytes: Uint8Array, threads: number, device: Device): Promise<ort.InferenceSession> =>
  openSession(bytes, device, threads, {
    executionMode: "sequential",
    enableCpuMemArena: true,
    enableMemPattern: true,
  });
