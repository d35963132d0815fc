import { describe, expect, it } from 'vitest';
import { connect, parseAddress } from '../../src/client/index.js';

describe('parseAddress', () => {
  it.each([
    ['unix:/run/ptraced.sock', 'unix:/run/ptraced.sock'],
    ['unix:///run/ptraced.sock', 'unix:/run/ptraced.sock'],
    ['unix:ptraced.sock', 'unix:ptraced.sock'],
    ['localhost:50051', 'dns:localhost:50051'],
    ['127.0.0.1:1', 'dns:127.0.0.1:1'],
    ['[::1]:65535', 'dns:[::1]:65535'],
  ])('takes %s', (address, target) => {
    expect(parseAddress(address)).toEqual({ target, local: target.startsWith('unix:') });
  });

  it.each([
    '',
    'unix:',
    'unix:a\0b',
    'localhost',
    'localhost:',
    ':50051',
    '::1:50051',
    'localhost:0',
    'localhost:65536',
    'localhost:1e3',
    'http://localhost:80',
    'a b:80',
  ])('refuses %j', (address) => {
    expect(() => parseAddress(address)).toThrow(RangeError);
    expect(() => connect(address)).toThrow(RangeError);
  });
});
