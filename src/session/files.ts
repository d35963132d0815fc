/** Files that may not answer: of a request, or of a process. */
import { displayBytes } from '../bytes.js';
import { ServiceError } from '../errors.js';
import type { NativeAddon, NativeFilter, NativeProbe } from '../native/addon.js';
import type { NativeRules } from '../native/rules.js';
import { withServiceErrors } from './native-failure.js';

/** What has filters. */
export interface Filtered {
  readonly filter?: NativeFilter | undefined;
  readonly probes?: readonly NativeProbe[] | undefined;
  readonly rules?: NativeRules | undefined;
}

function filtersOf({ filter, probes = [], rules }: Filtered): NativeFilter[] {
  const ofRules = rules === undefined ? [] : [...rules.inject, ...rules.stop];
  return [
    ...(filter === undefined ? [] : [filter]),
    ...[...probes, ...ofRules].map(({ at }) => at),
  ];
}

/** Adds to each filter what its paths lead to. Rejects with FILE_TIMEOUT, RATE_LIMIT or SYSTEM_LIMIT. */
export async function addRealPaths(addon: NativeAddon, filtered: Filtered): Promise<void> {
  for (const filter of filtersOf(filtered)) {
    if (filter.paths.length > 0) {
      const { paths } = filter;
      const found = await withServiceErrors(() => addon.realPaths({ paths }));
      const late = paths.findIndex((_, index) => found[index] === undefined);
      if (late >= 0) {
        throw tooLate(`${filter.field}.paths[${late}]`, paths[late] ?? '');
      }
      filter.realPaths = found.filter((path) => path !== null && path !== undefined);
    }
  }
}

function tooLate(field: string, path: string | Uint8Array): ServiceError {
  const text = typeof path === 'string' ? path : displayBytes(Buffer.from(path));
  return new ServiceError('FILE_TIMEOUT', `${field}: ${text}: its file system does not answer`, {
    metadata: { field },
  });
}

/** Undefined where a file is not there, may not be read or does not answer, and where nothing can be asked. */
export async function readFiles(
  addon: NativeAddon,
  paths: string[],
): Promise<(Buffer | undefined)[]> {
  const found = await withServiceErrors(() => addon.readFiles({ paths })).catch(() => []);
  return paths.map((_, index) => found[index] ?? undefined);
}
