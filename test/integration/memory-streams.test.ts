/** G1 and G5: dumps of any size with their holes, and searches with progress. */

import { once } from 'node:events';
import type {
  DescMessage,
  DescMethodServerStreaming,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { describe, expect } from 'vitest';
import { test } from '../support/harness.js';
import { MemoryMap, memory, place } from '../support/memory.js';
import { type Client, refusal } from '../support/rpc.js';

const page = 4096;

async function collect<I extends DescMessage, O extends DescMessage>(
  client: Client,
  method: DescMethodServerStreaming<I, O>,
  request: MessageInitShape<I>,
): Promise<MessageShape<O>[]> {
  const messages: MessageShape<O>[] = [];
  for await (const message of client.stream(method, request)) {
    messages.push(message as MessageShape<O>);
  }
  return messages;
}

function dump(client: Client, map: MemoryMap, where: bigint | string, size: number | bigint) {
  const { session, pid } = map;
  return collect(client, memory.dumpMemory, { session, pid, ...place(where), size: BigInt(size) });
}

describe('DumpMemory', () => {
  test('brings the bytes and the holes in order of address', async ({ client }) => {
    await using map = await MemoryMap.start(client);
    const start = map.at('holed');
    const parts = await dump(client, map, start, 5 * page);
    expect(
      parts.map(({ address, data, unreadable }) => [
        Number(address - start),
        data.length,
        unreadable,
      ]),
    ).toEqual([
      [0, page, 0n],
      [page, 0, BigInt(page)],
      [2 * page, page, 0n],
      [3 * page, 0, BigInt(page)], // PROT_NONE
      [4 * page, page, 0n],
    ]);
    expect(new Set(parts[0]?.data)).toEqual(new Set([0x41]));
    expect(new Set(parts[4]?.data)).toEqual(new Set([0x42]));
  });

  test('begins and ends anywhere', async ({ client }) => {
    await using map = await MemoryMap.start(client);
    const parts = await dump(client, map, map.at('holed', page - 3), 1 + page + 5);
    expect(parts.map(({ data, unreadable }) => [Buffer.from(data).toString(), unreadable])).toEqual(
      [
        ['AAA', 0n],
        ['', BigInt(page)],
        ['BBB', 0n],
      ],
    );
    const nothing = await dump(client, map, 0n, 100);
    expect(nothing).toMatchObject([{ address: 0n, unreadable: 100n }]);
  });

  test('dumps the whole address space, at most 256 KiB a message', async ({ client }) => {
    await using map = await MemoryMap.start(client);
    const end = 2n ** 64n - 1n;
    const parts = await dump(client, map, 0n, end);
    let at = 0n;
    for (const { address, data, unreadable } of parts) {
      expect(address).toBe(at);
      expect(data.length).toBeLessThanOrEqual(256 * 1024);
      expect(data.length > 0).toBe(unreadable === 0n);
      at += BigInt(data.length) + unreadable;
    }
    expect(at).toBe(end);
    const { mappings } = await map.call(memory.listMappings, 0n, {});
    const found = mappings.find(({ path }) => path === '[stack]');
    const stack = parts.find(({ address }) => address === found?.start);
    expect(stack?.data.length).toBeGreaterThan(0);
  });

  test('refuses what is no range', async ({ client }) => {
    await using map = await MemoryMap.start(client);
    const none = await refusal(dump(client, map, 0n, 0));
    expect(none.details).toMatch(/^FIELD_INVALID: size/);
    const beyond = await refusal(dump(client, map, 2n, 2n ** 64n - 1n));
    expect(beyond.details).toMatch(/^FIELD_INVALID: size/);
    const nobody = await refusal(
      collect(client, memory.dumpMemory, { session: map.session, pid: 1, ...place(0n), size: 1n }),
    );
    expect(nobody.code).toBe(status.NOT_FOUND);
    expect(nobody.details).toMatch(/^TASK_NOT_FOUND/);
  });

  test('ends when its client goes away or the program ends', async ({ client }) => {
    await using map = await MemoryMap.start(client);
    const request = { session: map.session, pid: map.pid, ...place('memory-map'), size: 2n ** 50n };
    const stream = client.stream(memory.dumpMemory, request);
    stream.on('error', () => {});
    const closed = new Promise((resolve) => stream.once('close', resolve));
    await once(stream, 'data');
    stream.cancel();
    await closed;
    await map.program.finish();
    await map.trace.finish();
    const late = await refusal(collect(client, memory.dumpMemory, request));
    expect(late.details).toMatch(/^SESSION_(ENDED|NOT_FOUND)/);
  });
});

describe('SearchMemory', () => {
  const search = async (
    client: Client,
    map: MemoryMap,
    request: Omit<MessageInitShape<typeof memory.searchMemory.input>, '$typeName'>,
  ) => {
    const { session, pid } = map;
    const messages = await collect(client, memory.searchMemory, { session, pid, ...request });
    return { addresses: messages.flatMap(({ addresses }) => addresses), last: messages.at(-1) };
  };
  const text = (value: string) => ({ pattern: { case: 'text' as const, value } });
  const hex = (value: string) => ({ pattern: { case: 'hex' as const, value } });

  test('finds bytes, digits with gaps, and text, also over the end of a page', async ({
    client,
  }) => {
    await using map = await MemoryMap.start(client);
    const mark = map.at('data', page - 3);
    await map.call(memory.writeMemory, mark, { payload: { case: 'text', value: 'x9Q-mark' } });
    const found = await search(client, map, { ...text('x9Q-mark'), permissions: 'w' });
    expect(found.addresses).toContain(mark);
    expect(found.last?.searchedBytes).toBe(found.last?.totalBytes);
    const bytes = Buffer.from('x9Q-mark');
    const data = { pattern: { case: 'data' as const, value: bytes }, permissions: 'rw' };
    expect((await search(client, map, data)).addresses).toContain(mark);
    const gaps = await search(client, map, { ...hex('78 ?9 5? ?? 6d61726b'), permissions: 'w' });
    expect(gaps.addresses).toContain(mark);
    const end = await search(client, map, text('hello'));
    expect(end.addresses).toContain(map.at('end', -6));
    const open = await search(client, map, { ...text('open'), permissions: 'w' });
    expect(open.addresses).toContain(map.at('open_end'));
  });

  test('finds overlapping ones, in order, up to a maximum', async ({ client }) => {
    await using map = await MemoryMap.start(client);
    const start = map.at('holed');
    const all = await search(client, map, { ...text('A'.repeat(page - 2)), permissions: 'w' });
    expect(all.addresses).toEqual([start, start + 1n, start + 2n]);
    const few = await search(client, map, { ...text('AAAA'), permissions: 'w', maxMatches: 7 });
    expect(few.addresses).toEqual(Array.from({ length: 7 }, (_, i) => start + BigInt(i)));
    expect(few.last?.searchedBytes).toBeLessThanOrEqual(few.last?.totalBytes ?? 0n);
    const some = await search(client, map, { ...text('BBBB'), permissions: 'w' });
    expect(some.addresses).toHaveLength(1000);
  });

  test('looks only where the permissions say', async ({ client }) => {
    await using map = await MemoryMap.start(client);
    const everywhere = await search(client, map, { ...hex('7f454c46') });
    const { mappings } = await map.call(memory.listMappings, 0n, {});
    const own = mappings.find(({ path }) => path.endsWith('/memory-map'));
    expect(everywhere.addresses).toContain(own?.start);
    const code = await search(client, map, { ...hex('7f454c46'), permissions: 'x' });
    expect(code.addresses).not.toContain(own?.start);
    const never = await search(client, map, { ...text('A'), permissions: 'wxs' });
    expect(never).toMatchObject({ addresses: [], last: { searchedBytes: 0n, totalBytes: 0n } });
  });

  test('refuses what is no pattern', async ({ client }) => {
    await using map = await MemoryMap.start(client);
    const refused = async (request: Parameters<typeof search>[2]) =>
      (await refusal(search(client, map, request))).details;
    expect(await refused({})).toMatch(/^FIELD_INVALID: pattern/);
    expect(await refused(text(''))).toMatch(/^FIELD_INVALID: text/);
    expect(await refused(text('x'.repeat(4097)))).toMatch(/^FIELD_INVALID: text/);
    expect(await refused(hex('123'))).toMatch(/^FIELD_INVALID: hex/);
    expect(await refused(hex('xy'))).toMatch(/^FIELD_INVALID: hex/);
    expect(await refused({ ...text('a'), permissions: 'q' })).toMatch(/^FIELD_INVALID: perm/);
    expect(await refused({ ...text('a'), maxMatches: 2_000_000 })).toMatch(/^FIELD_INVALID: max/);
  });
});
