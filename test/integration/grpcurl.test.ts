/** grpcurl, as the README uses it: reflection and the Trace call. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { test } from '../support/harness.js';
import { root, tool } from '../support/paths.js';

const readmeAddress = 'unix:/tmp/ptraced.sock';

/** Runs a line of the shell, with grpcurl in PATH, against a server. */
async function shell(line: string, address: string): Promise<string> {
  const PATH = `${dirname(tool('GRPCURL', 'grpcurl/grpcurl'))}:${process.env['PATH']}`;
  const { stdout } = await promisify(execFile)(
    'bash',
    ['-c', line.replace(readmeAddress, address)],
    {
      env: { ...process.env, PATH },
    },
  );
  return stdout;
}

/** The JSON objects of a stream, which grpcurl prints one after the other. */
function objects(text: string): Record<string, never>[] {
  return text
    .split(/^(?=\{$)/m)
    .filter((part) => part.trim() !== '')
    .map((part) => JSON.parse(part));
}

test('the README’s line traces a command', async ({ server }) => {
  const readme = readFileSync(`${root}/README.md`, 'utf8');
  const line = /^grpcurl .*TraceService\/Trace$/m.exec(readme)?.[0] ?? '';
  expect(line).toContain(readmeAddress);
  const frames = objects(await shell(line, server.address));
  expect(frames[0]).toMatchObject({ header: { firstSerial: '1' } });
  const records = frames.flatMap(({ batch }) => batch?.['records'] ?? []) as { text?: string }[];
  expect(records[0]).toMatchObject({ serial: '1', kind: 'RECORD_KIND_ENTER', syscall: 'execve' });
  expect(records[0]?.text).toContain('execve("/bin/ls", ["/bin/ls", "/"]');
  expect(frames.at(-1)).toMatchObject({ ended: { rootExit: { exitCode: 0 } } });
});

test('reflection lists and describes every service', async ({ server }) => {
  const listed = await shell(`grpcurl -plaintext ${readmeAddress} list`, server.address);
  expect(listed.trim().split('\n').toSorted()).toEqual(
    expect.arrayContaining([
      'grpc.health.v1.Health',
      'ptraced.v1.ControlService',
      'ptraced.v1.MemoryService',
      'ptraced.v1.ServerService',
      'ptraced.v1.TraceService',
    ]),
  );
  const described = `grpcurl -plaintext ${readmeAddress} describe ptraced.v1.TraceRequest`;
  expect(await shell(described, server.address)).toContain(
    'ptraced.v1.CaptureOptions capture = 3;',
  );
});

test('the reason of a refusal can be read', async ({ server }) => {
  const line = `grpcurl -plaintext -d '{"attach": {"pid": ${server.pid}}}' ${readmeAddress} ptraced.v1.TraceService/Trace`;
  const refused = await shell(line, server.address).catch(
    (error: { stderr: string }) => error.stderr,
  );
  expect(refused).toContain('Code: PermissionDenied');
  expect(refused).toContain('Message: TARGET_DENIED');
});

test('health answers over reflection', async ({ server }) => {
  const line = `grpcurl -plaintext ${readmeAddress} grpc.health.v1.Health/Check`;
  expect(JSON.parse(await shell(line, server.address))).toEqual({ status: 'SERVING' });
});
