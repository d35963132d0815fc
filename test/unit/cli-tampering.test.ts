/** From -e inject= and -e fault= to the rules of a request. */

import { describe, expect, it } from 'vitest';
import { COMMON_OPTIONS, parseOptions } from '../../src/cli/options.js';
import { tamperingOf } from '../../src/cli/rule-options.js';
import { UsageError } from '../../src/cli/usage-error.js';

const rules = (...args: string[]) =>
  tamperingOf(parseOptions(args, COMMON_OPTIONS).values, undefined).rules.inject;
const effect = (expression: string) => rules('-e', expression)[0];
const data = (hex: string) => Buffer.from(hex, 'hex');

describe('an expression', () => {
  it.each([
    ['inject=open:error=EIO', { syscalls: ['open'], error: 'EIO' }],
    ['inject=open:error=eio', { error: 'EIO' }],
    ['inject=open:error=4095', { error: '4095' }],
    ['inject=open:retval=0', { returnValue: 0n }],
    ['inject=open:retval=-4096', { returnValue: -4096n }],
    ['inject=open:retval=0xFf', { returnValue: 255n }],
    ['inject=open:retval=017', { returnValue: 15n }],
    ['inject=open:retval=18446744073709551615', { returnValue: -1n }],
    ['inject=open:signal=usr1', { signal: 'SIGUSR1' }],
    ['inject=open:signal=64', { signal: '64' }],
    ['inject=open:delay_enter=7', { delayEnter: { seconds: 0n, nanos: 7000 } }],
    ['inject=open:delay_exit=1.5s', { delayExit: { seconds: 1n, nanos: 500_000_000 } }],
    ['inject=open:delay_exit=.1ms', { delayExit: { seconds: 0n, nanos: 100_000 } }],
    ['inject=open:delay_exit=1e9ns', { delayExit: { seconds: 1n, nanos: 0 } }],
    ['inject=open:delay_exit=24e0s', { delayExit: { seconds: 24n, nanos: 0 } }],
    ['inject=open:delay_enter=0', { delayEnter: { seconds: 0n, nanos: 1 } }],
    ['inject=open:error=EIO:when=2', { first: 2, last: 2, step: 1 }],
    ['inject=open:error=EIO:when=2..5', { first: 2, last: 5, step: 1 }],
    ['inject=open:error=EIO:when=2+', { first: 2, last: 0, step: 1 }],
    ['inject=open:error=EIO:when=2+65535', { first: 2, last: 0, step: 65_535 }],
    ['inject=open:when=1:error=EIO:when=2..65534+3', { first: 2, last: 65_534, step: 3 }],
    [
      'inject=open:poke_enter=@arg1=00fF,@arg6=20:poke_exit=@arg1=21',
      {
        patches: [
          { argument: 0, data: data('00ff'), onExit: false },
          { argument: 5, data: data('20'), onExit: false },
          { argument: 0, data: data('21'), onExit: true },
        ],
      },
    ],
    ['fault=open', { syscalls: ['open'], error: 'ENOSYS' }],
    ['fault=!open,%file:when=3+', { syscalls: ['!open', '!%file'], error: 'ENOSYS', first: 3 }],
    ['inject=?a,/^b:error=EIO', { syscalls: ['?a', '/^b'] }],
  ])('%s', (expression, expected) => {
    expect(effect(expression)).toMatchObject({
      ...expected,
      countThreads: true,
      exclusive: true,
      filtered: true,
    });
  });

  const when = 'when= must be FIRST[..LAST][+[STEP]]';
  const delay = 'delay_enter= must be a time of at most 24 h';
  const poke = "poke_exit= must be '@argN=HEX,...'";
  it.each([
    ['inject=', 'must begin with system calls'],
    ['inject=:error=EIO', 'must begin with system calls'],
    ['inject=open', 'must say what to do'],
    ['inject=open:', 'must say what to do'],
    ['inject=open:when=2', 'must say what to do'],
    ['inject=open:eror=EIO', "unknown 'eror'; did you mean 'error='?"],
    ['inject=open:bogus', "unknown 'bogus': must be one of error=, retval=, signal="],
    ['inject=open:constructor=1', "unknown 'constructor'"],
    ['inject=open:error', 'error= must be the name of an error'],
    ['inject=open:error=', 'error= must be the name of an error'],
    ['inject=open:error=0', 'error= must be the name of an error'],
    ['inject=open:error=4096', 'or a number from 1 to 4095'],
    ['inject=open:error=E-X', 'error= must be the name of an error'],
    ['inject=open:error=EIO:error=EIO', 'error= twice'],
    ['inject=open:error=EIO:retval=1', 'error= and retval= exclude each other'],
    ['inject=open:retval=1:error=EIO', 'retval= and error= exclude each other'],
    ['inject=open:retval=', 'retval= must be a number of 64 bits'],
    ['inject=open:retval=09', 'retval= must be a number of 64 bits'],
    ['inject=open:retval=1x', 'retval= must be a number of 64 bits'],
    ['inject=open:retval=18446744073709551616', 'retval= must be a number of 64 bits'],
    ['inject=open:signal=65', 'or a number from 1 to 64'],
    ['inject=open:signal=SIGRTMIN+3', 'signal= must be the name of a signal'],
    ['inject=open:signal=1:signal=2', 'signal= twice'],
    ['inject=open:delay_enter=', delay],
    ['inject=open:delay_enter=1m', delay],
    ['inject=open:delay_enter=-1', delay],
    ['inject=open:delay_enter=1 s', delay],
    ['inject=open:delay_enter=86400.1s', delay],
    ['inject=open:delay_enter=1e999', delay],
    ['inject=open:delay_enter=1:delay_enter=1', 'delay_enter= twice'],
    ['inject=open:error=EIO:when=0', when],
    ['inject=open:error=EIO:when=', when],
    ['inject=open:error=EIO:when=1+0', when],
    ['inject=open:error=EIO:when=3..2', when],
    ['inject=open:error=EIO:when=3..', when],
    ['inject=open:error=EIO:when=3.4', when],
    ['inject=open:error=EIO:when=65536', when],
    ['inject=open:error=EIO:when=1..65535', when],
    ['inject=open:error=EIO:when=1+65536', when],
    ['inject=open:poke_exit=', poke],
    ['inject=open:poke_exit=@arg0=00', poke],
    ['inject=open:poke_exit=@arg7=00', poke],
    ['inject=open:poke_exit=@arg1=0', poke],
    ['inject=open:poke_exit=@arg1=0g', poke],
    ['inject=open:poke_exit=@arg1=00,@arg1=00', poke],
    [`inject=open:poke_exit=@arg1=${'00'.repeat(1025)}`, 'with at most 1024 bytes'],
    ['inject=open:error=EIO:syscall=getpid', 'syscall= is not supported'],
    ['fault=open:signal=9', 'signal= is for -e inject='],
    ['fault=open:retval=1', 'retval= is for -e inject='],
    ['inject=open,,close:error=EIO', "invalid set of system calls: 'open,,close'"],
  ])('%s is refused', (expression, why) => {
    const args = ['-e', 'trace=open', '-e', expression];
    expect(() => rules(...args)).toThrow(UsageError);
    expect(() => rules(...args)).toThrow(why);
    const [qualifier, value] = [expression.slice(0, expression.indexOf('=')), expression];
    expect(() => rules(`--${value}`)).toThrow(why);
    if (!why.startsWith('invalid set')) {
      const text = value.slice(qualifier.length + 1);
      expect(() => rules(...args)).toThrow(`invalid -e ${qualifier} argument: '${text}' (`);
    }
  });
});

describe('several', () => {
  it('are later first, since the first rule of a call is the one that counts', () => {
    const all = rules('-e', 'inject=open:error=EIO', '--fault=read', '--inject=close:retval=1');
    expect(all.map(({ syscalls }) => syscalls)).toEqual([['close'], ['read'], ['open']]);
  });
});

describe('the calls that are traced', () => {
  it.each([
    [['-e', 'trace=read,open'], { syscalls: ['read', 'open'] }],
    [['-e', 'trace=all', '-z'], {}],
    [['-P', '/etc'], { paths: ['/etc'] }],
    [['-e', 'trace-fds=1,2', '-Z'], { fds: [1, 2] }],
  ])('are those of %j', (options, at) => {
    expect(rules('-e', 'inject=open:error=EIO', ...options)[0]?.at).toEqual(at);
  });
});
