/** MemoryService.ListMappings: a process may have 65,530 of them, each with a path of 4 KiB. */
import { isUtf8 } from 'node:buffer';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  ListMappingsRequest,
  ListMappingsResponseSchema,
} from '../gen/ptraced/v1/memory_service_pb.js';
import { withServiceErrors } from '../session/native-failure.js';
import type { SessionRegistry } from '../session/registry.js';
import { textFields } from './bytes-fields.js';
import { checkPid } from './fields.js';
import { withReader } from './memory-reader.js';
import { checkPageSize, firstPage, PageTokens } from './paging.js';

const pageSizes = { byDefault: 4096, max: 10_000 };
/** Read for one page. */
const maxPathBytes = 1024 * 1024;

export class MappingLister {
  readonly #registry: SessionRegistry;
  readonly #tokens = new PageTokens();

  constructor(registry: SessionRegistry) {
    this.#registry = registry;
  }

  async list(
    request: ListMappingsRequest,
  ): Promise<MessageInitShape<typeof ListMappingsResponseSchema>> {
    const { pid, pageToken } = request;
    checkPid('pid', pid);
    const session = this.#registry.find(request.session);
    const maxCount = checkPageSize(request.pageSize, pageSizes);
    const query = JSON.stringify([session.name, pid]);
    // Addresses of mappings are multiples of the page size, which a number holds exactly.
    const from = pageToken === '' ? 0n : BigInt(this.#tokens.decode(pageToken, query));
    // One more tells whether another page follows.
    const range = { from, maxCount: maxCount + 1, maxPathBytes };
    const found = await withServiceErrors(() =>
      withReader(session, pid, 0n, (reader) => reader.mappings(range)),
    );
    const page = firstPage(found, maxCount, ({ path }) => shownBytes(path));
    const isCut = page.length < found.length || pathBytes(found) >= maxPathBytes;
    const last = page.at(-1);
    return {
      mappings: page.map(({ path, ...others }) => ({ ...others, ...textFields('path', path) })),
      nextPageToken:
        isCut && last !== undefined ? this.#tokens.encode(Number(last.end), query) : '',
    };
  }
}

/** What is not UTF-8 comes as text as well, with up to four characters a byte. */
function shownBytes(path: Buffer): number {
  return isUtf8(path) ? path.length : 5 * path.length;
}

function pathBytes(mappings: readonly { path: Buffer }[]): number {
  return mappings.reduce((sum, { path }) => sum + path.length, 0);
}
