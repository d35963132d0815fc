/** `docker exec`, as the README has it: with a terminal Ctrl-C detaches; without one nobody tells ptracectl. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { docker, dockerCommand, ServerContainer, Target } from '../support/docker.js';
import { eventually } from '../support/eventually.js';

/** Starts a program and collects what it writes. */
function start(argv: string[]) {
  const child = spawn(argv[0] ?? '', argv.slice(1), { stdio: 'pipe' });
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output.text += text;
    });
  }
  const attached = () => eventually('attached', () => / attached\r?\n/.test(output.text));
  return { child, output, attached };
}

const untraced = (target: Target) =>
  eventually('untraced', async () => (await target.status('TracerPid')) === '0');

test('with a terminal, Ctrl-C detaches', async () => {
  await using target = await Target.start();
  await using server = await ServerContainer.start(target);
  const exec = `docker exec -it ${server.id} ptracectl attach ${target.pid}`;
  const { child, attached } = start(['script', '-qefc', exec, '/dev/null']);
  await attached();
  child.stdin.write('\x03');
  await once(child, 'close');
  await untraced(target);
  await target.ticksOn(2);
});

test('without a terminal, the next attach names the session and what ends it', async () => {
  await using target = await Target.start();
  await using server = await ServerContainer.start(target);
  const attach = ['docker', 'exec', server.id, 'ptracectl', 'attach', `${target.pid}`];
  const { child, attached } = start(attach);
  await attached();
  child.kill('SIGINT');
  await once(child, 'close');
  const { output } = await server.exec(['ptracectl', 'attach', `${target.pid}`]);
  expect(output).toContain('ALREADY_TRACED');
  const [, end = ''] = /'(ptracectl sessions end sessions\/\w+)'/.exec(output) ?? [];
  expect((await server.exec(end.split(' '))).exitCode).toBe(0);
  await untraced(target);
  await target.ticksOn(2);
});

test('the image is small', async () => {
  const size = ['image', 'inspect', '--format', '{{.Size}}', docker.image];
  expect(Number((await dockerCommand(size)).stdout)).toBeLessThan(200e6);
});
