/** strace's `inject=SET:ACTION[:ACTION]...` and `fault=SET[:ACTION]...`. */

import { nearest } from './suggestion.js';
import {
  type Delay,
  delayOf,
  errorOf,
  MalformedValue,
  type Patch,
  patchesOf,
  returnValueOf,
  signalOf,
  whenOf,
} from './tampering-values.js';
import { UsageError } from './usage-error.js';

/** What is done to calls; which calls is added by whoever knows the other options. */
interface Effect {
  readonly error?: string;
  readonly returnValue?: bigint;
  readonly signal?: string;
  readonly delayEnter?: Delay;
  readonly delayExit?: Delay;
  readonly patches?: Patch[];
  readonly first?: number;
  readonly last?: number;
  readonly step?: number;
}

/** An expression. */
export interface Tampering {
  /** How messages call it, such as "-e inject argument: 'open:error=EIO'". */
  readonly title: string;
  /** In the grammar of -e trace=. */
  readonly set: string;
  readonly effect: Effect;
}

type Action = (value: string, soFar: Effect) => Effect;

/** strace's default of fault=. */
const DEFAULT_FAULT: Effect = { error: 'ENOSYS' };

const ACTIONS: Readonly<Record<string, Action>> = {
  error: (value, soFar) => ({ ...soFar, error: errorOf(value) }),
  retval: (value, soFar) => ({ ...soFar, returnValue: returnValueOf(value) }),
  signal: (value, soFar) => ({ ...soFar, signal: signalOf(value) }),
  delay_enter: (value, soFar) => ({ ...soFar, delayEnter: delayOf(value) }),
  delay_exit: (value, soFar) => ({ ...soFar, delayExit: delayOf(value) }),
  poke_enter: (value, soFar) => patched(soFar, patchesOf(value, false)),
  poke_exit: (value, soFar) => patched(soFar, patchesOf(value, true)),
  when: (value, soFar) => ({ ...soFar, ...whenOf(value) }),
};

/** The only actions of fault=. */
const FAULT_ACTIONS = ['error', 'when'];

/** Of each of these, one; of `when`, the last counts. */
const ONCE: readonly (readonly string[])[] = [
  ['error', 'retval'],
  ...['signal', 'delay_enter', 'delay_exit', 'poke_enter', 'poke_exit'].map((name) => [name]),
];

function patched(effect: Effect, patches: Patch[]): Effect {
  return { ...effect, patches: [...(effect.patches ?? []), ...patches] };
}

/** Parses the value of `inject=` or `fault=`. Throws a UsageError. */
export function parseTampering(qualifier: 'inject' | 'fault', text: string): Tampering {
  const title = `-e ${qualifier} argument: '${text}'`;
  const refuse = (why: string): never => {
    throw new UsageError(`invalid ${title} (${why})`);
  };
  const [set = '', ...tokens] = text.split(':');
  if (set === '') {
    refuse('must begin with system calls');
  }
  const taken: string[] = [];
  let effect: Effect = {};
  // strace takes "::" for ":".
  for (const token of tokens.filter((one) => one !== '')) {
    const [, name = token, value] = /^([^=]*)=(.*)$/s.exec(token) ?? [];
    const action = actionOf(qualifier, name, refuse);
    const rival = ONCE.find((group) => group.includes(name))?.find((one) => taken.includes(one));
    if (rival !== undefined) {
      refuse(rival === name ? `${name}= twice` : `${rival}= and ${name}= exclude each other`);
    }
    taken.push(name);
    try {
      effect = action(value ?? '', effect);
    } catch (error) {
      if (error instanceof MalformedValue) {
        refuse(`${name}= must be ${error.message}`);
      }
      throw error;
    }
  }
  if (taken.every((name) => name === 'when')) {
    if (qualifier === 'inject') {
      refuse('must say what to do, such as error=EIO');
    }
    effect = { ...effect, ...DEFAULT_FAULT };
  }
  return { title, set, effect };
}

function actionOf(qualifier: string, name: string, refuse: (why: string) => never): Action {
  const known = qualifier === 'fault' ? FAULT_ACTIONS : Object.keys(ACTIONS);
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action !== undefined && known.includes(name)) {
    return action;
  }
  if (name === 'syscall') {
    return refuse('syscall= is not supported: a call that is skipped is replaced by no other');
  }
  if (action !== undefined) {
    return refuse(`${name}= is for -e inject=`);
  }
  const near = nearest(name, known);
  const all = known.map((one) => `${one}=`).join(', ');
  return refuse(
    near === undefined
      ? `unknown '${name}': must be one of ${all}`
      : `unknown '${name}'; did you mean '${near}='?`,
  );
}
