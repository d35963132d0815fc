/** `npm run bench [-- --quick]`: the tables of what tracing costs. Writes nothing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { plainTracers, startPtraced, statLoop } from './tracers.mjs';

/** @typedef {import('./tracers.mjs').Tracer} Tracer */

const quick = process.argv.includes('--quick');
const rounds = quick ? 3 : 7;
const calls = quick ? 20_000 : 100_000;

/** @param {number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/**
 * Medians by tracer. The tracers take turns, so that a slow minute of the machine strikes them all.
 * @param {[string, Tracer][]} tracers
 * @param {(tracer: Tracer) => Promise<number>} measure
 */
async function compare(tracers, measure) {
  /** @type {Map<string, number[]>} */
  const all = new Map(tracers.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, tracer] of tracers) {
      all.get(name)?.push(await measure(tracer));
    }
  }
  return new Map([...all].map(([name, values]) => [name, median(values)]));
}

/** @param {string} title @param {string} unit @param {Map<string, number>} medians */
function print(title, unit, medians) {
  const references = ['untraced', 'bare loop, pinned', 'bare loop', 'strace -f'];
  const rows = [...medians].map(([name, value]) => [
    name,
    value.toPrecision(3),
    ...references.map((reference) => (value / (medians.get(reference) ?? 1)).toPrecision(3)),
  ]);
  const header = ['tracer', unit, ...references.map((reference) => `x ${reference}`)];
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (/** @type {string[]} */ row) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  process.stdout.write(`\n${title}\n\n${[line(header), rule, ...rows.map(line)].join('\n')}\n`);
}

/** Seconds of a whole command. @param {string[]} argv */
const wholeCommand = (argv) => async (/** @type {Tracer} */ tracer) =>
  (await tracer(argv)).seconds * 1000;

const folder = mkdtempSync(`${tmpdir()}/ptraced-bench-`);
const server = await startPtraced();
try {
  const source = `${folder}/program.c`;
  writeFileSync(source, '#include <stdio.h>\nint main(void) { return puts("x") < 0; }\n');
  const tracers = /** @type {[string, Tracer][]} */ ([
    ...plainTracers,
    ['ptraced, text', server.trace({})],
    ['ptraced, raw', server.trace({ decode: 1 })],
    ['ptraced, text, combined', server.trace({ mode: 2 })],
  ]);
  const { model } = cpus()[0] ?? { model: 'unknown CPU' };
  process.stdout.write(
    `${cpus().length} x ${model}, Linux ${release()}, Node ${process.version}; ` +
      `medians of ${rounds} rounds\n`,
  );
  print(
    `Microseconds per stat(), ${calls.toLocaleString('en')} calls`,
    'us',
    await compare(tracers, async (tracer) => {
      const count = tracer === plainTracers[0]?.[1] ? calls * 10 : calls;
      return Number((await tracer([statLoop, String(count)])).stdout) / 1000;
    }),
  );
  const python = ['/usr/bin/python3', '-c', 'import json, email.message, http.client'];
  print('Milliseconds of a Python start', 'ms', await compare(tracers, wholeCommand(python)));
  const gcc = ['gcc', '-O2', '-o', `${folder}/program`, source];
  print('Milliseconds of a gcc compile and link', 'ms', await compare(tracers, wholeCommand(gcc)));
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
