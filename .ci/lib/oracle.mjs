/**
 * The oracle of the tests: strace of Debian's testing suite with the C library that it needs, in a folder
 * of its own. The machine's strace is older, and its notation differs.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { cache } from './paths.mjs';
import { capture, StepError, say } from './run.mjs';

const suite = 'forky';
const oldestVersion = '7.2';
const packages = [
  ...['strace', 'libc6', 'libunwind8', 'liblzma5', 'libgcc-s1'],
  ...['zlib1g', 'libselinux1', 'libpcre2-8-0'],
];
const folder = `${cache}/strace`;
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Where the oracle lies once `ensureOracle` has returned. */
export const oracle = `${folder}/strace`;

/** A configuration of apt that touches nothing of the machine's. @param {string} scratch */
function isolatedApt(scratch) {
  const archive = capture('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI)',
    'Created-By: Packages',
  ])
    .split('\n')
    .find((uri) => /\/debian\/?$/.test(uri));
  const signedBy = existsSync(keyring) ? `[signed-by=${keyring}] ` : '';
  for (const path of ['lists/partial', 'cache/archives/partial', 'parts', 'preferences']) {
    mkdirSync(`${scratch}/${path}`, { recursive: true });
  }
  writeFileSync(
    `${scratch}/sources.list`,
    `deb ${signedBy}${archive ?? 'http://deb.debian.org/debian/'} ${suite} main\n`,
  );
  writeFileSync(
    `${scratch}/apt.conf`,
    [
      `Dir::Etc::SourceList "${scratch}/sources.list";`,
      `Dir::Etc::SourceParts "${scratch}/parts";`,
      `Dir::Etc::Preferences "/dev/null";`,
      `Dir::Etc::PreferencesParts "${scratch}/preferences";`,
      `Dir::State::Lists "${scratch}/lists";`,
      `Dir::Cache "${scratch}/cache";`,
      // The user that apt drops to may not reach a folder of the clone.
      `APT::Sandbox::User "root";`,
      `Acquire::Languages "none";`,
      '',
    ].join('\n'),
  );
  return { ...process.env, APT_CONFIG: `${scratch}/apt.conf` };
}

/** A script that runs the unpacked strace with the loader and libraries beside it. */
const launcher = `#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
lib=$here/root/usr/lib/x86_64-linux-gnu
exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib" "$here/root/usr/bin/strace" "$@"
`;

/** Fetches the oracle unless it is there. */
export async function ensureOracle() {
  if (existsSync(oracle)) {
    return;
  }
  say(`fetching strace of Debian ${suite}, the oracle of the tests`);
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(`${cache}/strace-`);
  try {
    const env = isolatedApt(scratch);
    const made = `${scratch}/made`;
    mkdirSync(made);
    capture('apt-get', ['update', '-qq'], { env });
    capture('apt-get', ['download', '-qq', ...packages], { env, cwd: scratch });
    for (const name of readdirSync(scratch).filter((file) => file.endsWith('.deb'))) {
      capture('dpkg-deb', ['-x', `${scratch}/${name}`, `${made}/root`]);
    }
    writeFileSync(`${made}/strace`, launcher, { mode: 0o755 });
    const version = /version (\S+)/.exec(capture(`${made}/strace`, ['-V']))?.[1] ?? 'none';
    if (version.localeCompare(oldestVersion, 'en', { numeric: true }) < 0) {
      throw new StepError(`strace ${oldestVersion} is wanted, and ${suite} has ${version}`);
    }
    renameSync(made, folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
