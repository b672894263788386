/**
 * How sure a division is.
 *
 * The margin is the logarithm of a likelihood ratio under a model that was fitted to the same movie, and that
 * takes each feature for independent of the others. It is right in its order and wrong in its size: where the
 * plain sigmoid states 99.7 %, 73 % are divisions. A logistic curve makes it a probability.
 */

/**
 * Fitted by maximum likelihood to the divisions found in hostile movies, every second scene, seeds 1 to 10, each
 * scene with the same weight; measured on the other scenes and seeds: `node bench/reliability.js`.
 */
const [offset, slope] = [-0.875, 0.312];

/**
 * The probability that a division that was found is one, 0..1.
 *
 * @param margin what it gains over the best links without it, natural logarithm
 */
export const divisionProbability = (margin: number): number => 1 / (1 + Math.exp(-(offset + slope * margin)));
