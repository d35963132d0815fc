/** grpcurl, as the README uses it: reflection and the Trace call. */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
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

test('reflection has the comments of the contract', async ({ server }) => {
  const describe = async (symbol: string) => {
    const line = `grpcurl -plaintext ${readmeAddress} describe ${symbol}`;
    // As in the sources: without the marks, and without the breaks of lines.
    const described = (await shell(line, server.address)).replace(/\s*\n\s*\/\/\s*/g, ' ');
    return described.replace(/\s+/g, ' ');
  };
  expect(await describe('ptraced.v1.Launch')).toMatch(
    /A command to start under trace\. .*Name of the executable where it differs from argv\[0\]\. string executable = 2;/,
  );
  expect(await describe('ptraced.v1.OverflowPolicy')).toContain(
    'The oldest records in the ring are overwritten and counted. OVERFLOW_POLICY_DROP_OLDEST = 1;',
  );
  const service = await describe('ptraced.v1.TraceService');
  expect(service).toMatch(/[a-z]\. rpc CreateSession \(/);
});

test('reflection has all that code for Go is generated from', async ({ server }) => {
  const folder = mkdtempSync(`${tmpdir()}/ptraced-test-`);
  const set = `${folder}/ptraced.binpb`;
  try {
    const line = `grpcurl -plaintext -protoset-out ${set} ${readmeAddress} describe ptraced.v1.TraceService`;
    await shell(line, server.address);
    const files = fromBinary(FileDescriptorSetSchema, readFileSync(set)).file;
    const own = files.filter(({ name }) => name.startsWith('ptraced/v1/'));
    expect(own.length).toBeGreaterThan(2);
    expect(own.map(({ options }) => options?.goPackage)).toEqual(
      own.map(() => 'ptraced/v1;ptracedv1'),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
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

test('names that are not UTF-8 are base64 beside their text', async ({ server, folder }) => {
  const program = Buffer.from(`${folder}/prog\xff`, 'latin1');
  copyFileSync('/bin/sh', program);
  const launch = {
    executable_bytes: program.toString('base64'),
    argv: ['sh', '-c', 'printf %s "$0" | od -An -tx1', 'text'],
  };
  const trace = (more: object) => {
    const request = JSON.stringify({ launch: { ...launch, ...more } }).replaceAll("'", '');
    const line = `grpcurl -plaintext -d '${request}' ${readmeAddress} ptraced.v1.TraceService/Trace`;
    return shell(line, server.address);
  };
  const frames = objects(await trace({ env: ['PATH=/usr/bin:/bin'] }));
  const records = frames.flatMap(({ batch }) => batch?.['records'] ?? []) as Record<
    string,
    never
  >[];
  const exec = records.find(({ kind }) => kind === 'RECORD_KIND_EXEC');
  expect(exec).toMatchObject({
    exec: { exe: `${folder}/prog\\377`, exeBytes: program.toString('base64') },
  });
  const printed = records.flatMap(({ output }) => output?.['data'] ?? []);
  expect(Buffer.from(printed.join(''), 'base64').toString()).toBe(' 74 65 78 74\n');

  const both = { argv_bytes: launch.argv.map((one) => Buffer.from(one).toString('base64')) };
  const refused = await trace(both).catch((error: { stderr: string }) => error.stderr);
  expect(refused).toContain('FIELD_INVALID: launch.argv_bytes: must not be set together with argv');
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
