/** What a user may have meant by a word that nothing is called. */

/**
 * The candidate nearest to `word`: at most a third of its letters, and at least one of three, are wrong,
 * missing, added or swapped with the next. The first of several; undefined where none is near.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let limit = Math.floor(word.length / 3) + 1;
  for (const candidate of candidates) {
    const far = distance(word, candidate);
    if (far < limit) {
      limit = far;
      best = candidate;
    }
  }
  return best;
}

/** The end of a message about `word`; empty where no candidate is near. `prefix` stands before it. */
export function didYouMean(word: string, candidates: Iterable<string>, prefix = ''): string {
  const name = nearest(word, candidates);
  return name === undefined ? '' : `; did you mean '${prefix}${name}'?`;
}

/** Optimal string alignment: the fewest single-letter edits and swaps of neighbours. */
function distance(from: string, to: string): number {
  let before: number[] = [];
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; ++i) {
    const row = [i];
    for (let j = 1; j <= to.length; ++j) {
      const wrong = from[i - 1] === to[j - 1] ? 0 : 1;
      const swapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row[j] = Math.min(
        at(above, j) + 1,
        at(row, j - 1) + 1,
        at(above, j - 1) + wrong,
        swapped ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = above;
    above = row;
  }
  return at(above, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
