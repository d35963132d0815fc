/** Random bytes, without node:crypto: to load that takes a tenth of a start of `ptracectl`. */
import { closeSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Unpredictable bytes (random(4)), 256 at most. */
export function randomBytes(size: number): Buffer {
  try {
    const fd = openSync('/dev/urandom', 'r');
    try {
      const bytes = Buffer.alloc(size);
      // Up to 256 bytes come at once.
      if (readSync(fd, bytes) === size) {
        return bytes;
      }
    } finally {
      closeSync(fd);
    }
  } catch {
    // No /dev in this root directory.
  }
  return lazyCrypto().randomBytes(size);
}

/** node:crypto, loaded with the first call. */
export function lazyCrypto(): typeof import('node:crypto') {
  return createRequire(import.meta.url)('node:crypto') as typeof import('node:crypto');
}
