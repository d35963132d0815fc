/** Users of another root directory, whose name service cannot be asked: as its /etc/passwd and /etc/group have them. */
import type { Engine } from '../session/engine.js';

/** Who a process is. */
export interface UserIdentity {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary ones, as initgroups(3) sets them: that of the user itself first. */
  readonly groups: number[];
}

/** Entries of a file, a list of fields each; none where it is no regular file that can be read. */
function entriesOf(text: Buffer | undefined): string[][] {
  const lines = text?.toString('utf8').split('\n') ?? [];
  return lines.map((line) => line.split(':'));
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
export async function findUser(
  name: string,
  root: string,
  engine: Pick<Engine, 'readFiles'>,
): Promise<UserIdentity | undefined> {
  const [passwd, groups] = await engine.readFiles([`${root}/etc/passwd`, `${root}/etc/group`]);
  const users = entriesOf(passwd).flatMap(([user, , uid, gid]) => {
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
  const others = entriesOf(groups).flatMap(([, , id, members = '']) => {
    const group = toId(id);
    return group !== undefined && members.split(',').includes(user) ? [group] : [];
  });
  return { uid, gid, groups: [...new Set([gid, ...others])] };
}
