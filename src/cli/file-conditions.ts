/** -P and -e trace-fds for records: which calls use one of these files. */

import { realpathSync } from 'node:fs';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { fromBytes, toBytes } from '../bytes.js';
import type { CallFiles, RecordFilterSchema } from '../client/index.js';

type Conditions = Pick<MessageInitShape<typeof RecordFilterSchema>, 'fds' | 'paths' | 'pathsBytes'>;

/** Whether a call uses a file that is asked for; undefined: none is. As RecordFilter of the API says. */
export function fileCondition({
  fds = [],
  paths = [],
  pathsBytes = [],
}: Conditions): ((files: CallFiles | undefined) => boolean) | undefined {
  const wanted = new Set([...paths, ...pathsBytes.map(fromBytes)].flatMap(withRealPath));
  if (fds.length === 0 && wanted.size === 0) {
    return undefined;
  }
  const isWanted = (path: string) =>
    wanted.has(path) || [...wanted].some((root) => isBelow(path, root));
  return (files) =>
    files !== undefined &&
    (fds.length === 0 || files.fds.some((fd) => fds.includes(fd))) &&
    (wanted.size === 0 || pathsOf(files).some(isWanted));
}

function pathsOf({ paths, pathsBytes }: CallFiles): string[] {
  return pathsBytes.length > 0 ? pathsBytes.map(fromBytes) : paths;
}

/** Of what is absolute; a relative path is what a call is given. */
function isBelow(path: string, root: string): boolean {
  return root.startsWith('/') && path.startsWith(root === '/' ? root : `${root}/`);
}

/** Descriptors lead to files by their real paths. What is not here counts as it is. */
function withRealPath(path: string): string[] {
  try {
    return [path, fromBytes(realpathSync.native(toBytes(path), { encoding: 'buffer' }))];
  } catch {
    return [path];
  }
}
