/** What the scripts of .ci install, and how they name what they make. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { packagesFor } from '../../.ci/lib/apt.mjs';
import { defaultImage } from '../../.ci/lib/image.mjs';
import { root } from '../support/paths.js';

const names = (projects: string[]) => packagesFor(projects).map(({ name }) => name);

test('Docker is for the e2e tests alone', () => {
  expect(names(['unit', 'integration', 'checks'])).not.toContain('docker.io');
  expect(names(['unit'])).not.toContain('debootstrap');
  expect(names(['unit', 'e2e'])).toEqual(expect.arrayContaining(['docker.io', 'debootstrap']));
});

test('the image that is built is the one that the pages run', () => {
  const readme = readFileSync(`${root}/README.md`, 'utf8');
  expect(readme).toContain(`docker build -t ${defaultImage} .`);
  expect(readme).toMatch(new RegExp(`docker run .*(\\\\\\n.*)* ${defaultImage}\\n`));
});
