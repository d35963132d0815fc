/** Users of another root directory, whose name service cannot be asked: as its /etc/passwd and /etc/group have them. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** Who a process is. */
export interface UserIdentity {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary ones, as initgroups(3) sets them: that of the user itself first. */
  readonly groups: number[];
}

/** Neither file is as large by far; what a container has there may be anything. */
const maxFileBytes = 16 * 1024 * 1024;

/** Entries of a file, a list of fields each; none where it is no regular file that can be read. */
function entriesOf(path: string): string[][] {
  let file: number;
  try {
    // Not a pipe that somebody has put there, which would block.
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch {
    return [];
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > maxFileBytes) {
      return [];
    }
    return readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
  } catch {
    return [];
  } finally {
    closeSync(file);
  }
}

function toId(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) && Number(text) < 0xffff_ffff
    ? Number(text)
    : undefined;
}

/**
 * The user called `name`, or the one whose id that is in decimal; undefined where there is none. `root` is
 * the root directory that has the files, without a slash at its end.
 */
export function findUser(name: string, root: string): UserIdentity | undefined {
  const users = entriesOf(`${root}/etc/passwd`).flatMap(([user, , uid, gid]) => {
    const ids = { uid: toId(uid), gid: toId(gid) };
    // Comments, and what NIS adds.
    return user === undefined ||
      /^[#+-]/.test(user) ||
      ids.uid === undefined ||
      ids.gid === undefined
      ? []
      : [{ user, uid: ids.uid, gid: ids.gid }];
  });
  const found =
    users.find(({ user }) => user === name) ?? users.find(({ uid }) => uid === toId(name));
  if (found === undefined) {
    return undefined;
  }
  const { user, uid, gid } = found;
  const others = entriesOf(`${root}/etc/group`).flatMap(([, , id, members = '']) => {
    const group = toId(id);
    return group !== undefined && members.split(',').includes(user) ? [group] : [];
  });
  return { uid, gid, groups: [...new Set([gid, ...others])] };
}
