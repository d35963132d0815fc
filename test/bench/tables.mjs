/** Figures of several rounds, and tables of them. */

/** @param {number[]} values @param {number} share from 0 to 1 */
export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
}

/** @param {number[]} values */
export function median(values) {
  return percentile(values, 0.5);
}

/**
 * Medians by name. Those that are compared take turns, so that a slow minute of the machine strikes them all.
 * @template T
 * @param {[string, T][]} subjects
 * @param {number} rounds
 * @param {(subject: T) => Promise<number>} measure
 */
export async function compare(subjects, rounds, measure) {
  /** @type {Map<string, number[]>} */
  const all = new Map(subjects.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, subject] of subjects) {
      all.get(name)?.push(await measure(subject));
    }
  }
  return new Map([...all].map(([name, values]) => [name, median(values)]));
}

/** Three digits, or all before the point. @param {number} value */
function digits(value) {
  return value < 1000 ? value.toPrecision(3) : value.toFixed(0);
}

/** @param {string} title @param {string[]} header @param {string[][]} rows */
export function printTable(title, header, rows) {
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (/** @type {string[]} */ row) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  process.stdout.write(`\n${title}\n\n${[line(header), rule, ...rows.map(line)].join('\n')}\n`);
}

/**
 * A table of medians, each also as a multiple of some of them.
 * @param {string} title
 * @param {string} subject what the names are
 * @param {string} unit
 * @param {Map<string, number>} medians
 * @param {string[]} references
 */
export function printRatios(title, subject, unit, medians, references) {
  const header = [subject, unit, ...references.map((reference) => `x ${reference}`)];
  const rows = [...medians].map(([name, value]) => [
    name,
    digits(value),
    ...references.map((reference) => digits(value / (medians.get(reference) ?? 1))),
  ]);
  printTable(title, header, rows);
}
