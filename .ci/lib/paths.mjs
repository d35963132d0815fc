/** The folders that the steps work in. */
import { fileURLToPath } from 'node:url';

/** The clone. */
export const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

/** What steps download or make, apart from what belongs beside its source. */
export const cache = `${root}/.cache`;
