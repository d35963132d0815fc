/** The lines of docs/clients.md, from an empty folder, with the real tools of each language. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { root } from '../support/paths.js';
import { startServer } from '../support/server.js';

const page = readFileSync(`${root}/docs/clients.md`, 'utf8');

/** The shell of a section. */
function blockOf(section: string): string {
  return new RegExp(`^## ${section}\\n.*?^\`\`\`sh\\n(.*?)^\`\`\`$`, 'ms').exec(page)?.[1] ?? '';
}

/** Where the bootstrap has put a Go, on machines without one. */
const ownGo = `${root}/.cache/go/bin`;

test.each(['Python', 'Go', 'TypeScript'])('%s', async (section) => {
  const block = blockOf(section);
  expect(block).toContain('unix:/tmp/ptraced.sock');
  const folder = mkdtempSync(`${tmpdir()}/ptraced-clients-`);
  await using server = await startServer();
  try {
    const script = `set -euo pipefail\n${block.replaceAll('unix:/tmp/ptraced.sock', server.address)}`;
    const PATH = `${process.env['PATH']}${existsSync(ownGo) ? `:${ownGo}` : ''}`;
    const { stdout } = await promisify(execFile)('bash', ['-c', script], {
      cwd: folder,
      env: { ...process.env, PATH, PTRACED: root },
      maxBuffer: 1 << 24,
    });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.some((line) => /^\d+ execve\("\/bin\/ls", \["\/bin\/ls", "\/"\]/.test(line))).toBe(
      true,
    );
    expect(lines.at(-1)).toMatch(/^\d+ \+\+\+ exited with 0 \+\+\+$/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
