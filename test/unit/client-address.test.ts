import { describe, expect, it } from 'vitest';
import { connect, parseAddress } from '../../src/client/index.js';
import { routeTo } from '../../src/client/proxy.js';

describe('parseAddress', () => {
  it.each([
    ['unix:/run/ptraced.sock', 'unix:/run/ptraced.sock'],
    ['unix:///run/ptraced.sock', 'unix:/run/ptraced.sock'],
    ['unix:ptraced.sock', 'unix:ptraced.sock'],
    [`unix:/${'é'.repeat(53)}`, `unix:/${'é'.repeat(53)}`],
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
    `unix:/${'é'.repeat(54)}`,
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

describe('routeTo', () => {
  const proxy = 'http://user:p%40ss@proxy.example:3128';
  const target = (address: string) => routeTo(parseAddress(address), proxy).target;

  it.each([
    'unix:/run/s',
    '127.0.0.1:1',
    '127.8.0.9:1',
    '0.0.0.0:1',
    '[::1]:1',
    '[0:0::0:1]:1',
    '[::]:1',
    '[::ffff:127.0.0.1]:1',
    'localhost:1',
    'LOCALHOST.:1',
    'a.localhost:1',
  ])('takes no proxy to %s', (address) => {
    expect(target(address)).toBe(parseAddress(address).target);
  });

  it.each([
    '127.0.0.1.example:1',
    'localhost.example:1',
    'notlocalhost:1',
    '128.0.0.1:1',
    '[::2]:1',
  ])('takes the proxy to %s', (address) => {
    expect(target(address)).toBe('dns:proxy.example:3128');
  });

  it('says where to go, and who asks', () => {
    expect(routeTo(parseAddress('far.example:1'), proxy).options).toMatchObject({
      'grpc.enable_http_proxy': 0,
      'grpc.http_connect_target': 'dns:far.example:1',
      'grpc.http_connect_creds': 'user:p@ss',
      'grpc.default_authority': 'far.example:1',
    });
  });

  it.each(['', 'proxy:3128', 'https://proxy', 'http://proxy/path', 'http://'])(
    'refuses %j',
    (wrong) => {
      expect(() => routeTo(parseAddress('far.example:1'), wrong)).toThrow(RangeError);
    },
  );
});
