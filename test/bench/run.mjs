/**
 * `npm run bench [-- --quick] [-- --node PATH] [-- TABLE...]`: the tables of what tracing costs, all of them or
 * those that are named. Writes nothing but V8's code of the programs for the Node at PATH.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { connect } from '../../dist/client/index.js';
import { measureCalls, measureCommands, measureFilter } from './commands.mjs';
import { measureRoundTrips, measureWaiting } from './control.mjs';
import { measureDump } from './memory.mjs';
import { startPtraced } from './server.mjs';
import { measureStart } from './start.mjs';
import { measureStuckSubscriber } from './subscriber.mjs';

/**
 * What a measurement works with.
 * @typedef {object} Bench
 * @property {import('./server.mjs').BenchServer} server
 * @property {import('../../dist/client/index.js').PtracedClient} client of this process
 * @property {boolean} quick fewer calls, fewer rounds
 * @property {string} folder to write into
 * @property {string} node the Node whose starts are measured
 */

/** @type {Record<string, (bench: Bench) => Promise<void>>} */
const tables = {
  calls: measureCalls,
  commands: measureCommands,
  filter: measureFilter,
  start: measureStart,
  dump: measureDump,
  control: measureRoundTrips,
  waiting: measureWaiting,
  subscriber: measureStuckSubscriber,
};

const { values, positionals } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    node: { type: 'string', default: process.execPath },
  },
  allowPositionals: true,
});
const unknown = positionals.find((name) => !Object.hasOwn(tables, name));
if (unknown !== undefined) {
  throw new Error(`there is no table '${unknown}': ${Object.keys(tables).join(', ')}`);
}

const node = realpathSync(values.node);
const nodeVersion = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
if (nodeVersion !== process.version && !(positionals.length === 1 && positionals[0] === 'start')) {
  throw new Error('--node is for the table "start" alone');
}

const folder = mkdtempSync(`${tmpdir()}/ptraced-bench-`);
const server = await startPtraced();
const client = connect(server.address);
try {
  const { model } = cpus()[0] ?? { model: 'unknown CPU' };
  process.stdout.write(
    `${cpus().length} x ${model}, Linux ${release()}, Node ${nodeVersion}, ` +
      `${new Date().toISOString().slice(0, 10)}${values.quick ? ', --quick' : ''}\n`,
  );
  for (const [name, measure] of Object.entries(tables)) {
    if (positionals.length === 0 || positionals.includes(name)) {
      await measure({ server, client, quick: values.quick, folder, node });
    }
  }
} finally {
  await client[Symbol.asyncDispose]();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
