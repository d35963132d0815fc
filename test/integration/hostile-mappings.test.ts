/** A process with nearly as many mappings as the kernel allows, of a file with a long path. */
import { copyFileSync, mkdirSync } from 'node:fs';
import { toBinary } from '@bufbuild/protobuf';
import { expect } from 'vitest';
import {
  ListMappingsResponseSchema,
  type Mapping,
  MemoryService,
} from '../../src/gen/ptraced/v1/memory_service_pb.js';
import { longPatience } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { peakMemory } from '../support/memory-use.js';
import { Program } from '../support/program.js';
import { finishCli, startCli } from '../support/ptracectl.js';
import { Client, refusal } from '../support/rpc.js';
import { attaching, create } from '../support/session.js';

const mib = 1024 * 1024;
const wanted = 60_000;
const { listMappings } = MemoryService.method;

/** A copy of the fixture with a path of some 1 KiB. */
function farAway(folder: string): string {
  const path = `${folder}/${Array.from({ length: 5 }, () => 'x'.repeat(200)).join('/')}`;
  mkdirSync(path, { recursive: true });
  copyFileSync(fixture('many-mappings'), `${path}/program`);
  return `${path}/program`;
}

test('mappings come in pages that every client takes', { timeout: longPatience }, async ({
  server,
  folder,
}) => {
  await using program = new Program(farAway(folder), [String(wanted)]);
  expect(await program.line()).toBe(`mapped ${wanted}`);
  await using client = new Client(server.address, {
    'grpc.max_receive_message_length': 4 * mib,
  });
  await using session = await create(client, attaching(program.pid));
  const process = { session: session.name, pid: program.pid };
  const before = peakMemory(server.pid);

  const all: Mapping[] = [];
  let pageToken = '';
  do {
    const page = await client.unary(listMappings, { ...process, pageToken });
    expect(toBinary(ListMappingsResponseSchema, page).length).toBeLessThan(2 * mib);
    all.push(...page.mappings);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  expect(all.length).toBeGreaterThanOrEqual(wanted);
  expect(all.every(({ start }, i) => i === 0 || start >= (all[i - 1] as Mapping).end)).toBe(true);
  expect(all.filter(({ path }) => path.endsWith('/program')).length).toBeGreaterThan(wanted);
  expect(peakMemory(server.pid) - before).toBeLessThan(150 * mib);

  const some = await client.unary(listMappings, { ...process, pageSize: 3 });
  expect(some.mappings).toEqual(all.slice(0, 3));
  const next = { ...process, pageSize: 2, pageToken: some.nextPageToken };
  expect((await client.unary(listMappings, next)).mappings).toEqual(all.slice(3, 5));
  for (const bad of [
    { ...next, pid: program.pid + 1 },
    { ...process, pageToken: 'x' },
    { ...process, pageSize: -1 },
    { ...process, pageSize: 10_001 },
  ]) {
    expect((await refusal(client.unary(listMappings, bad))).details).toMatch(
      /^(PAGE_TOKEN_INVALID|FIELD_INVALID: page_size)/,
    );
  }

  const cli = startCli(server.address, 'maps', session.name, String(program.pid));
  const { stdout, end } = await finishCli(cli);
  expect(end).toBe(0);
  expect(stdout.trimEnd().split('\n').length).toBe(all.length);
});
