/** Before the e2e tests: a Docker, the image of this tree, the compiled ticker. After them: nothing left. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { ensureDocker } from '../../.ci/lib/docker.mjs';
import { buildImage } from '../../.ci/lib/image.mjs';
import { root } from '../support/paths.js';

const image = 'ptraced:test';
const label = { name: 'ptraced.test', value: root };
const programs = `${root}/.cache/e2e`;

declare module 'vitest' {
  interface ProvidedContext {
    /** What the e2e tests run on. */
    docker: {
      /** Why there is none of the rest; empty: all is well. */
      failure: string;
      /** A DOCKER_HOST; empty: Docker's own default. */
      host: string;
      /** The image of this tree. */
      image: string;
      /** The image that it is built on, for targets. */
      baseImage: string;
      /** Marks every container of this clone's tests. */
      label: { name: string; value: string };
      /** Folder of the compiled ticker, which runs in any image. */
      programs: string;
    };
  }
}

/** Compiles the ticker without needing a C library in the image. */
function compileTicker(): void {
  mkdirSync(programs, { recursive: true });
  const source = `${root}/test/e2e/ticker.c`;
  const flags = ['-std=gnu11', '-O2', '-Wall', '-Werror', '-static'];
  execFileSync('gcc', [...flags, '-o', `${programs}/ticker`, source]);
}

/** Removes what this run, or one before it that was cut off, has left. */
function removeContainers(env: NodeJS.ProcessEnv): void {
  const filter = `label=${label.name}=${label.value}`;
  const listed = execFileSync('docker', ['ps', '--all', '--quiet', '--filter', filter], { env });
  const ids = listed.toString().split('\n').filter(Boolean);
  if (ids.length > 0) {
    execFileSync('docker', ['rm', '--force', '--volumes', ...ids], { env, stdio: 'ignore' });
  }
}

/** A failure here fails the e2e tests and lets the other projects run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const context = { failure: '', host: '', image, baseImage: '', label, programs };
  let tearDown = async () => {};
  try {
    const docker = await ensureDocker({ keep: false });
    const env = { ...process.env, ...docker.env };
    tearDown = async () => {
      removeContainers(env);
      await docker.stop();
    };
    removeContainers(env);
    compileTicker();
    context.host = docker.env.DOCKER_HOST ?? '';
    context.baseImage = await buildImage(image, env);
  } catch (error) {
    context.failure = String(error);
  }
  project.provide('docker', context);
  return tearDown;
}
