/** Pages of a list. */
import { invalidField, ServiceError } from '../errors.js';
import { lazyCrypto, randomBytes } from '../random.js';

/** Throws FIELD_INVALID. 0 means `byDefault`. */
export function checkPageSize(
  pageSize: number,
  { byDefault, max }: { byDefault: number; max: number },
): number {
  if (pageSize < 0 || pageSize > max) {
    throw invalidField('page_size', `must be from 0 to ${max}`);
  }
  return pageSize || byDefault;
}

const macBytes = 16;
const positionBytes = 8;

/** Tokens that say after which position a page begins. They hold for one query, and as long as the server runs. */
export class PageTokens {
  readonly #key = randomBytes(32);

  encode(position: number, query: string): string {
    const bytes = Buffer.alloc(positionBytes);
    bytes.writeBigUInt64BE(BigInt(position));
    return Buffer.concat([bytes, this.#mac(bytes, query)]).toString('base64url');
  }

  /** Throws PAGE_TOKEN_INVALID. */
  decode(token: string, query: string): number {
    const bytes = Buffer.from(token, 'base64url');
    const position = bytes.subarray(0, positionBytes);
    const mac = bytes.subarray(positionBytes);
    if (mac.length !== macBytes || !lazyCrypto().timingSafeEqual(mac, this.#mac(position, query))) {
      throw new ServiceError(
        'PAGE_TOKEN_INVALID',
        'page_token is not from a response to the same query',
      );
    }
    return Number(position.readBigUInt64BE());
  }

  #mac(position: Buffer, query: string): Buffer {
    const mac = lazyCrypto()
      .createHmac('sha256', this.#key)
      .update(position)
      .update(query)
      .digest();
    return mac.subarray(0, macBytes);
  }
}

/** Of a page: clients refuse responses beyond 4 MiB, and the last entry may go beyond this. */
export const maxPageBytes = 1024 * 1024;

/** The first `limit` entries, or as many as come to 1 MiB; one at least. */
export function firstPage<T>(
  entries: readonly T[],
  limit: number,
  bytesOf: (entry: T) => number,
): readonly T[] {
  let bytes = 0;
  const end = entries.findIndex((entry, index) => {
    const isFull = index === limit || bytes >= maxPageBytes;
    bytes += bytesOf(entry);
    return isFull;
  });
  return end === -1 ? entries : entries.slice(0, end);
}
