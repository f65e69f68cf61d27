/**
 * What every codec of the registry promises (`codec.ts`).
 * @module
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromHex, type Codec } from './codec.ts';
import { codecs } from './registry.ts';

/** Exponent b of time = a · size^b, by least squares over logarithms; the fastest of several runs a size. */
function growth(sizes: readonly number[], run: (size: number) => void): number {
  const points = sizes.map((size) => {
    let best = Infinity;
    for (let i = 0; i < 7; i++) {
      const from = process.hrtime.bigint();
      run(size);
      best = Math.min(best, Number(process.hrtime.bigint() - from));
    }
    return [Math.log(size), Math.log(best + 1)] as const;
  });
  const n = points.length, mx = points.reduce((s, p) => s + p[0], 0) / n, my = points.reduce((s, p) => s + p[1], 0) / n;
  return points.reduce((s, p) => s + (p[0] - mx) * (p[1] - my), 0) / points.reduce((s, p) => s + (p[0] - mx) ** 2, 0);
}

for (const [key, codec] of Object.entries<Codec<unknown>>(codecs)) {
  test(`${key}: its key is its name, and it has samples`, () => {
    assert.equal(codec.name, key);
    assert.ok(codec.samples.length > 0);
  });

  test(`${key}: samples round-trip`, () => {
    for (const sample of codec.samples) {
      const bytes = fromHex(sample.hex);
      const decoded = codec.decode(bytes);
      assert.equal(decoded.kind, 'ok', sample.about);
      if (decoded.kind !== 'ok') continue;
      assert.deepEqual(codec.encode(decoded.value), bytes.subarray(0, decoded.used), sample.about);
      assert.ok(decoded.used === bytes.length || decoded.used === 0, `${sample.about}: ${decoded.used} of ${bytes.length} bytes used`);
    }
  });

  test(`${key}: a beginning of a sample asks for more than there is`, () => {
    for (const sample of codec.samples) {
      const bytes = fromHex(sample.hex);
      const whole = codec.decode(bytes);
      for (let length = 0; length < (whole.kind === 'ok' ? Math.max(whole.used, 1) : 0); length++) {
        const decoded = codec.decode(bytes.subarray(0, length));
        assert.equal(decoded.kind, 'need-more', `${sample.about}, ${length} bytes`);
        assert.ok(decoded.kind === 'need-more' && decoded.bytes > length);
      }
    }
  });

  test(`${key}: what follows a header changes nothing`, () => {
    fc.assert(fc.property(fc.constantFrom(...codec.samples), fc.uint8Array({ maxLength: 64 }), (sample, tail) => {
      const bytes = fromHex(sample.hex);
      const alone = codec.decode(bytes);
      assert.deepEqual(codec.decode(Uint8Array.from([...bytes, ...tail])), alone);
    }), { numRuns: 50 });
  });

  test(`${key}: no bytes make it throw, and what it reads it can write`, () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 120 }),
      fc.tuple(fc.constantFrom(...codec.samples), fc.nat({ max: 60 }), fc.nat({ max: 255 })).map(([sample, at, value]) => {
        const out = fromHex(sample.hex);
        if (out.length > 0) out[at % out.length] = value;
        return out;
      }),
    );
    fc.assert(fc.property(bytes, (input) => {
      const decoded = codec.decode(input);
      if (decoded.kind === 'ok') assert.deepEqual(codec.encode(decoded.value), input.subarray(0, decoded.used));
      if (decoded.kind === 'bad') assert.ok(decoded.offset >= 0 && decoded.offset <= input.length && decoded.code !== '');
    }), { numRuns: 500 });
  });

  test(`${key}: time grows at most linearly with size`, () => {
    const exponent = growth([2 ** 12, 2 ** 14, 2 ** 16, 2 ** 18], (size) => {
      for (const fill of [0, 0x2b, 0x45, 0x60, 0xff]) codec.decode(new Uint8Array(size).fill(fill));
    });
    assert.ok(exponent < 1.5, `time grows as size^${exponent.toFixed(2)}`);
  });
}
