/** `node save-code.cjs PROGRAM [ARGUMENT]...`: runs a program, and keeps its code when it ends. */
import { CachedModules } from './code-cache.js';

const [program = ''] = process.argv.splice(2, 1);
const modules = new CachedModules(__dirname, program);
process.once('exit', () => modules.save());
modules.load(`${program}.cjs`);
