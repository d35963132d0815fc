/** What a launched command inherits and sees of itself: as if nobody traced it. */
import { chmodSync, copyFileSync } from 'node:fs';
import { describe, expect, test as plainTest } from 'vitest';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { run, startFixture } from '../support/program.js';
import { Client } from '../support/rpc.js';
import { startServer } from '../support/server.js';
import { attach, launch, privileged, Trace, traceToEnd } from '../support/trace.js';

const softLimit = 1024;

plainTest('a launched command inherits what a shell would give it', async () => {
  await using server = await startServer({ args: ['--soft-nofile', String(softLimit)] });
  await using client = new Client(server.address);
  const program = fixture('inheritance');
  const trace = await traceToEnd(client, launch([program], {}, { cwd: '/tmp', ...privileged }));
  const shell = ['sh', '-c', `ulimit -Sn ${softLimit}; exec ${program}`];
  const untraced = await run(shell, '/tmp');
  const ignored = /^environment (PWD|OLDPWD|SHLVL|_)=/; // the shell's own
  const told = (lines: string[]) => lines.filter((line) => !ignored.test(line)).toSorted();
  expect(told(trace.lines())).toEqual(told(untraced.stdout.toString().split('\n').slice(0, -1)));
  expect(trace.lines()).toContain('descriptors 0 1 2');
  expect(trace.lines().some((line) => / (not default|blocked|pending)$/.test(line))).toBe(false);
});

test('a set-user-id program keeps its privilege', async ({ client, folder }) => {
  chmodSync(folder, 0o755);
  const program = `${folder}/credentials`;
  copyFileSync(fixture('credentials'), program);
  chmodSync(program, 0o4755);
  const trace = await traceToEnd(
    client,
    launch([program], {}, { uid: 65534, gid: 65534, ...privileged }),
  );
  expect(trace.lines()).toEqual(['uid 65534 0 0']);
});

describe('the CPU mask is the program’s own', () => {
  test('launched', async ({ client, folder }) => {
    const argv = [fixture('affinity'), '5000'];
    const plain = await run(argv, folder);
    const trace = await traceToEnd(client, launch(argv));
    expect(trace.output(1).toString()).toBe(plain.stdout.toString());
  });

  test('attached, and after the detach', async ({ client }) => {
    await using program = await startFixture('affinity', '10000');
    await using trace = new Trace(client, attach(program.pid));
    await trace.started();
    await program.line();
    expect(await program.line()).toBe('set 0');
    expect(await program.ask('report', 'report')).toEqual(['report 0']);
    await trace.cancel();
    expect(await program.ask('report', 'report')).toEqual(['report 0']);
  });
});

test('address space layout is random as ever', async ({ client }) => {
  const stack = async () => {
    const trace = await traceToEnd(client, launch(['grep', 'stack', '/proc/self/maps']));
    return trace.output(1).toString();
  };
  const seen = new Set([await stack(), await stack(), await stack(), await stack()]);
  expect(seen.size).toBeGreaterThan(1);
});
